import { Outcome } from './replay-all';

/** Table of the groups and the total in one line, as printed by the check. */
export function summary(outcomes: Outcome[]): string {
  const lines = ['group                        same  different  not replayed'];
  for (const group of new Set(outcomes.map((outcome) => outcome.group))) {
    lines.push(
      row(
        group,
        outcomes.filter((outcome) => outcome.group === group),
      ),
    );
  }
  lines.push(row('total', outcomes));
  const same = outcomes.filter(isSame).length;
  lines.push(`fidelity: ${same} of ${outcomes.length} cases same as the recorded server`);
  return lines.join('\n');
}

/** One paragraph per case that is not the same: its name, then what differs. */
export function details(outcomes: Outcome[]): string {
  return outcomes
    .filter((outcome) => !isSame(outcome))
    .map(({ name, differences, notReplayed }) =>
      [name, ...(notReplayed ? [`not replayed: ${notReplayed}`] : differences)].join('\n    '),
    )
    .join('\n');
}

export function isSame({ differences, notReplayed }: Outcome): boolean {
  return notReplayed === undefined && differences.length === 0;
}

function row(label: string, outcomes: Outcome[]): string {
  const notReplayed = outcomes.filter((outcome) => outcome.notReplayed !== undefined).length;
  const same = outcomes.filter(isSame).length;
  const different = outcomes.length - same - notReplayed;
  return (
    label.padEnd(27) + String(same).padStart(6) + String(different).padStart(11) + String(notReplayed).padStart(14)
  );
}
