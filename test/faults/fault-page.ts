import type { Case } from './fault-case';
import { PROMISES } from './promises';
import { SCENARIOS } from './scenarios';

const EFFECTS = { no: 'nothing', yes: 'its effect', late: 'its effect, later' };

const INTRODUCTION = `# Faults and what they are answered with

Every method of the provider port under every fault, over HTTP against the sandbox, which is then asked what really
happened: \`npm run faults\` prints operation by operation, \`npm run faults -- --write\` writes this page, and
\`test/contract/faults\` proves in each run of the tests that the page is true and that these promises are kept:`;

const READING = `"Leaves" says what a write has done at the provider although, or because, this was the answer. Methods that answer
otherwise than most are named. A write leaves once at most; the last column says how often a read does.`;

/** The page of the documentation. */
export function page(cases: readonly Case[]): string {
  const promises = PROMISES.map(({ text }) => `- ${text}`).join('\n');
  const head = [
    '| what goes wrong | a write leaves | reads | writes | requests of a read |',
    '| --- | --- | --- | --- | --- |',
  ];
  return [INTRODUCTION, promises, READING, [...head, ...rows(cases)].join('\n'), ''].join('\n\n');
}

/** One row a scenario. */
export function rows(cases: readonly Case[]): string[] {
  return SCENARIOS.map((scenario) => {
    const own = cases.filter((each) => each.scenario.name === scenario.name);
    const [reads, writes] = [own.filter(({ isWrite }) => !isWrite), own.filter(({ isWrite }) => isWrite)];
    const effect = writes.length > 0 ? EFFECTS[scenario.effect] : '';
    return `| ${scenario.name} | ${effect} | ${answers(reads)} | ${answers(writes)} | ${asked(reads)} |`;
  });
}

/** The commonest outcome, then the others with the methods that gave them. */
function answers(cases: readonly Case[]): string {
  const byOutcome = Map.groupBy(cases, outcomeOf);
  const [most, ...others] = [...byOutcome].sort(([, a], [, b]) => b.length - a.length);
  const named = others.map(([outcome, of]) => `${outcome}: ${namesOf(of).join(', ')}`);
  return most ? [most[0], ...named].join('; ') : '';
}

function outcomeOf({ outcome, error }: Case): string {
  if (outcome === 'done') return outcome;
  const reason = error?.details.reason;
  return reason ? `\`${outcome}\` (\`${reason}\`)` : `\`${outcome}\``;
}

function namesOf(cases: readonly Case[]): string[] {
  return cases.map(({ subject }) => subject.name).sort();
}

/** How often it left; of methods that make several calls this cannot be told call by call. */
function asked(reads: readonly Case[]): string {
  const single = reads.filter(({ subject }) => subject.calls === 1);
  return [...new Set(single.map(({ left }) => left))].sort((a, b) => a - b).join(', ');
}
