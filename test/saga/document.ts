import { ABLATIONS, withoutSafeguard } from './model/ablations';
import { explore } from './model/explore';
import { PERSONS_TRANSITIONS, SAGA_TRANSITIONS, STEP_TRANSITIONS, STRAY_TRANSITIONS } from './transitions';

/** The parts of docs/sagas.md that say what the code does; each stands between `<!-- name -->` and `<!-- /name -->`. */
export function generatedParts(): Record<string, string> {
  const turns = [...SAGA_TRANSITIONS, ...STRAY_TRANSITIONS, ...PERSONS_TRANSITIONS];
  const saga = diagram(turns, ['running', 'confirmed', 'compensated']);
  const step = diagram(STEP_TRANSITIONS, ['pending', 'booked', 'refused', 'cancelled', 'absent', 'returned']);
  return { 'saga-states': saga, 'step-states': step, counterexamples: ABLATIONS.map(counterexample).join('\n\n') };
}

export function withParts(text: string, parts: Record<string, string>): string {
  return Object.entries(parts).reduce((whole, [name, part]) => {
    const [before, rest] = split(whole, `<!-- ${name} -->\n`);
    const [, after] = split(rest, `<!-- /${name} -->`);
    return `${before}<!-- ${name} -->\n\n${part}\n\n<!-- /${name} -->${after}`;
  }, text);
}

/** @param ends the first is where it begins, the others are where it may end. */
function diagram(transitions: readonly (readonly [string, string, string])[], [start, ...ends]: string[]): string {
  const turns = transitions.map(([from, to, why]) => `  ${from} --> ${to}: ${why.replaceAll(':', ',')}`);
  const lines = [`  [*] --> ${start}`, ...turns, ...ends.map((end) => `  ${end} --> [*]`)];
  return `\`\`\`mermaid\nstateDiagram-v2\n${lines.join('\n')}\n\`\`\``;
}

function counterexample(ablation: (typeof ABLATIONS)[number]): string {
  const { trace, violation } = explore(withoutSafeguard(ablation), { seeking: ablation.violation }).counterexample!;
  return `**${ablation.without}.**\n\n\`\`\`text\n${[...trace, `=> ${violation}`].join('\n')}\n\`\`\``;
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`docs/sagas.md lacks ${mark.trim()}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
