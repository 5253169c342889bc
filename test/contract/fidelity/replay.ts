import { GoldenCase } from './golden-file';
import { differences, Literals } from './golden-match';
import { Account, Answer, SandboxClient } from './sandbox-client';

export interface CaseResult {
  id: string;
  group: string;
  differences: string[];
}

/** Values for the placeholders of a recorded request: those of the path in their order, those of the body by key. */
export interface Fill {
  path?: (string | number)[];
  body?: Record<string, unknown>;
  headers?: Record<string, string>;
  /** Keys of the body that have to come first, in this order: the recording has sorted them. */
  order?: string[];
}

export type Facts = (answer: Answer) => Record<string, unknown>;

/** Sends recorded requests to the sandbox and keeps what differs. One per recorded server. */
export class Replay {
  readonly results: CaseResult[] = [];
  private readonly cases: Map<string, GoldenCase>;

  constructor(
    readonly client: SandboxClient,
    cases: GoldenCase[],
    readonly hookUrl: string,
  ) {
    this.cases = new Map(cases.map((golden) => [golden.id, golden]));
  }

  /** Replays one case and answers what the sandbox said. Throws when this server has no such case. */
  async run(id: string, fill: Fill = {}, facts?: Facts): Promise<Answer> {
    const golden = this.get(id);
    const answer = await this.client.send({
      method: golden.request.method ?? 'GET',
      path: this.fillPath(golden.request.path, fill.path ?? []),
      version: golden.request.version ?? undefined,
      account: this.accountOf(golden),
      ...this.bodyOf(golden, fill),
      headers: fill.headers,
    });
    this.check(id, answer, succeededFacts(answer, golden, facts));
    return answer;
  }

  /** Compares facts that were gathered by other means than one recorded request (races, deliveries). */
  note(id: string, facts?: Record<string, unknown>, status?: number): void {
    const golden = this.get(id);
    const found = facts ? differences(golden.facts ?? {}, facts, this.literals(), 'facts') : [];
    if (golden.status !== undefined && status !== undefined) {
      found.push(...differences(golden.status, status, {}, 'status'));
    }
    this.results.push({ id, group: golden.group, differences: found });
  }

  literals(): Literals {
    const { owner, other } = this.client;
    const of = (prefix: string, account: Account): Literals => ({
      [`${prefix}.name`]: account.name,
      [`${prefix}.email`]: account.email,
      [`${prefix}.username`]: account.username,
    });
    return { ...of('me', owner), ...of('me2', other), origin: this.client.url, hook: this.hookUrl };
  }

  private get(id: string): GoldenCase {
    const golden = this.cases.get(id);
    if (!golden) throw new Error(`the recorded server has no case ${id}`);
    return golden;
  }

  /** Compares an answer that the caller fetched itself. */
  check(id: string, answer: Answer, facts?: Record<string, unknown>): void {
    const golden = this.get(id);
    const literals = this.literals();
    const found = differences(golden.status, answer.status, literals, 'status');
    if (golden.headers)
      found.push(...differences(asText(golden.headers), recordedHeaders(answer), literals, 'headers'));
    if (golden.body !== undefined) found.push(...differences(golden.body, answer.body, literals, 'body'));
    if (facts) found.push(...differences(golden.facts ?? {}, facts, literals, 'facts'));
    else if (golden.facts) found.push('facts: recorded, but not looked at');
    this.results.push({ id: golden.id, group: golden.group, differences: found });
  }

  private accountOf(golden: GoldenCase): string | undefined {
    const keys = { key: this.client.owner.key, key2: this.client.other.key, other: 'cal_no_such_key', none: undefined };
    return keys[golden.request.auth ?? 'key'];
  }

  private fillPath(path: string, values: (string | number)[]): string {
    const left = [...values];
    const literals = this.literals();
    return path.replace(/<([a-z0-9.-]+)>/g, (placeholder, name: string) => {
      const value = literals[name] ?? left.shift();
      if (value === undefined) throw new Error(`${path}: no value for ${placeholder}`);
      return String(value);
    });
  }

  private bodyOf(golden: GoldenCase, fill: Fill): { body?: unknown; rawBody?: string } {
    const { body, rawBody } = golden.request;
    if (rawBody !== undefined) return { rawBody: (fill.body?.raw as string | undefined) ?? rawBody };
    if (body === undefined || body === null) return {};
    if (Array.isArray(body)) return { body };
    return { body: this.fillBody(golden.id, body as Record<string, unknown>, fill) };
  }

  private fillBody(id: string, body: Record<string, unknown>, { order = [], body: values = {} }: Fill): object {
    const keys = new Set([...order, ...Object.keys(body)]);
    const entries = [...keys].map((key) => [key, key in values ? values[key] : this.fillValue(id, body[key])]);
    return Object.fromEntries(entries) as object;
  }

  private fillValue(id: string, value: unknown): unknown {
    const text = JSON.stringify(value).replace(/"[^"]*":"<undefined>",?/g, '');
    const filled = text.replaceAll('<hook>', this.hookUrl);
    const rest = /<[a-z][a-z0-9.-]*>/.exec(filled);
    if (rest) throw new Error(`${id}: no value for ${rest[0]} in ${text}`);
    return JSON.parse(filled) as unknown;
  }
}

/** Facts are read from a body of the recorded status only: an unexpected refusal has no slots to count. */
function succeededFacts(answer: Answer, golden: GoldenCase, facts?: Facts): Record<string, unknown> | undefined {
  return answer.status === golden.status ? facts?.(answer) : undefined;
}

/** A few recorded header values are numbers in the file. */
function asText(headers: Record<string, string> | string): Record<string, string> | string {
  if (typeof headers === 'string') return headers;
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** Of the headers only content type, rate limit and request id were recorded. */
function recordedHeaders(answer: Answer): Record<string, string> {
  const kept = Object.entries(answer.headers).filter(
    ([name]) => name === 'content-type' || name === 'x-request-id' || name.startsWith('x-ratelimit-'),
  );
  return Object.fromEntries(kept);
}
