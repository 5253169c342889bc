import { ErrorObject } from 'ajv';

/**
 * Ajv's errors in words, one per place. Of alternatives (`anyOf`) only the one that fits best is told, else a single
 * wrong property would be reported once per alternative. Array positions are written `*`.
 */
export function tellErrors(errors: ErrorObject[]): string[] {
  const kept = bestAlternatives(errors.filter(({ keyword }) => keyword !== 'anyOf'));
  return [...new Set(kept.map(tell))];
}

function bestAlternatives(errors: ErrorObject[]): ErrorObject[] {
  const outermost = errors.map(({ schemaPath }) => schemaPath.indexOf('/anyOf/')).filter((index) => index >= 0);
  if (outermost.length === 0) return errors;
  const groups = new Map<string, Map<string, ErrorObject[]>>();
  const plain: ErrorObject[] = [];
  for (const error of errors) {
    const match = /^(.*?)\/anyOf\/(\d+)/.exec(error.schemaPath);
    if (!match) {
      plain.push(error);
      continue;
    }
    const [, path = '', branch = ''] = match;
    const key = `${path} ${error.instancePath.split('/').slice(0, depthOf(path)).join('/')}`;
    const branches = groups.get(key) ?? new Map<string, ErrorObject[]>();
    const rest = { ...error, schemaPath: error.schemaPath.slice(match[0].length) };
    branches.set(branch, [...(branches.get(branch) ?? []), rest]);
    groups.set(key, branches);
  }
  const best = [...groups.values()].flatMap((branches) => {
    const candidates = [...branches.values()].map(bestAlternatives);
    return candidates.sort((a, b) => weight(a) - weight(b))[0] ?? [];
  });
  return [...plain, ...best];
}

/** How many levels of the value a schema path has gone into: one per property or item, plus the root. */
function depthOf(schemaPath: string): number {
  return 1 + (schemaPath.match(/\/(properties|items|additionalProperties)(?=\/|$)/g) ?? []).length;
}

/** A wrong type of the whole is a worse fit than any number of wrong details. */
function weight(errors: ErrorObject[]): number {
  return errors.reduce((sum, { keyword, instancePath }) => {
    const shallow = instancePath.split('/').length <= 2;
    return sum + (keyword === 'type' && shallow ? 100 : 1);
  }, 0);
}

function tell({ instancePath, message, params, keyword, data }: ErrorObject): string {
  const place = instancePath.replace(/\/\d+(?=\/|$)/g, '/*') || '/';
  const extra = keyword === 'additionalProperties' ? ` (${String(params.additionalProperty)})` : '';
  return `${place} ${message}${extra}${keyword === 'type' && data === null ? ', is null' : ''}`;
}
