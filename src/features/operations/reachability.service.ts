import { Injectable } from '@nestjs/common';
import { Clock } from '../../foundation/time/clock';
import { SchedulingError } from '../../scheduling/scheduling-error';
import type { Connection } from '../companies/connections.service';
import { ProviderCalls } from '../event-types/provider-calls.service';
import { PaceOfConnection } from './pace-of-connection.service';

/** A look is one call of the connection's budget (120 a minute at Cal.com): once a minute it does not count. */
const LOOK_INTERVAL_MS = 60_000;
/** An answer later than this is as bad as none for people who wait for slots. */
const LOOK_PATIENCE_MS = 3_000;
/** Looks at the same time, so that a deployment with many companies does not dial all of them at once. */
const PARALLEL_LOOKS = 4;
/** How long a caller waits for looks under way; what is not known then is said to be unknown. */
const CALLER_PATIENCE_MS = 4_000;

/** `unknown`: not looked at yet, or not to be looked at because the credential would only be refused again. */
export type Reachability = 'reachable' | 'unreachable' | 'unknown';

interface Look {
  atMs: number;
  /** Undefined while the first look is under way, or when it said nothing. */
  result?: Exclude<Reachability, 'unknown'>;
}

/** Whether each connection's provider answers; every answer counts, also a refusal. Looks never take a person's turn. */
@Injectable()
export class ReachabilityService {
  private readonly looks = new Map<string, Look>();

  constructor(
    private readonly provider: ProviderCalls,
    private readonly pace: PaceOfConnection,
    private readonly clock: Clock,
  ) {}

  /** In the order of `connections`. Calls each provider at most once a minute, however often it is asked itself. */
  async of(connections: Connection[]): Promise<Reachability[]> {
    const due = connections.filter((connection) => this.isDue(connection));
    // Marked before the first call, so that callers at the same time do not look twice.
    for (const { id } of due) this.looks.set(id, { ...this.looks.get(id), atMs: this.clock.now() });
    await atMost(CALLER_PATIENCE_MS, this.lookAt(due));
    return connections.map(({ id }) => this.looks.get(id)?.result ?? 'unknown');
  }

  private isDue({ id, status }: Connection): boolean {
    const known = this.looks.get(id);
    return status !== 'credential_refused' && (!known || this.clock.now() - known.atMs >= LOOK_INTERVAL_MS);
  }

  private async lookAt(connections: Connection[]): Promise<void> {
    for (let start = 0; start < connections.length; start += PARALLEL_LOOKS) {
      await Promise.all(connections.slice(start, start + PARALLEL_LOOKS).map(({ id }) => this.look(id)));
    }
  }

  private async look(connectionId: string): Promise<void> {
    const signal = AbortSignal.timeout(LOOK_PATIENCE_MS);
    const result = await this.provider
      .run(connectionId, (provider) => provider.me({ signal, lane: 'background' }))
      .then(
        () => 'reachable' as const,
        (error: unknown) => this.meaningOf(error, connectionId, signal),
      );
    this.looks.set(connectionId, { atMs: this.clock.now(), result });
  }

  /** A look that may not even have got its permit says nothing: then what was known before goes on. */
  private async meaningOf(error: unknown, connectionId: string, { aborted }: AbortSignal): Promise<Look['result']> {
    if (isAnswer(error)) return 'reachable';
    const saysNothing = aborted && (await this.pace.isBusy(connectionId));
    return saysNothing ? this.looks.get(connectionId)?.result : 'unreachable';
  }
}

/** A refusal proves as well as a success that somebody is there. */
function isAnswer(error: unknown): boolean {
  return error instanceof SchedulingError && error.code !== 'UNAVAILABLE';
}

function atMost(ms: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const impatient = setTimeout(resolve, ms);
    work.then(resolve, reject).finally(() => clearTimeout(impatient));
  });
}
