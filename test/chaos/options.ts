import { parseArgs } from 'node:util';

export interface Options {
  /** Processes killed from outside; those that end at a named place come on top. */
  kills: number;
  freezes: number;
  postgresRestarts: number;
  /** Of what is chosen at random; real processes still run at their own pace. */
  seed: number;
  /** False: a replica that takes a saga over knows of no call in flight. The campaign must then fail. */
  intent: boolean;
  /** How long synchronisation may take to find what a lost webhook would have told. */
  syncSeconds: number;
  /** A folder for databases and logs; emptied first. */
  folder: string;
}

export const USAGE = `npm run chaos -- [--kills=20] [--freezes=<kills / 5>] [--postgres-restarts=<1, or kills / 20>]
  [--seed=1] [--no-intent] [--sync-seconds=330] [--folder=.tmp/chaos-run]`;

/** @throws Error for what is no option or no number. */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      kills: { type: 'string', default: '20' },
      freezes: { type: 'string' },
      'postgres-restarts': { type: 'string' },
      seed: { type: 'string', default: '1' },
      // Missed webhooks are to be healed within five minutes.
      'sync-seconds': { type: 'string', default: '330' },
      'no-intent': { type: 'boolean', default: false },
      folder: { type: 'string', default: '.tmp/chaos-run' },
    },
  });
  const kills = whole(values.kills);
  return {
    kills,
    freezes: whole(values.freezes ?? String(Math.ceil(kills / 5))),
    postgresRestarts: whole(values['postgres-restarts'] ?? String(Math.max(1, Math.round(kills / 20)))),
    seed: whole(values.seed),
    intent: !values['no-intent'],
    syncSeconds: whole(values['sync-seconds']),
    folder: values.folder,
  };
}

function whole(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new Error(`${text} is not a whole number`);
}
