import { Lane, LANES } from './pace-log';

export interface Queued {
  lane: Lane;
  companyId: string;
}

/** Better lanes first; within a lane the companies take turns, so that none waits behind another's hundred. */
export class FairQueue<T extends Queued> {
  /** Companies in the order of their turns. */
  private readonly lanes: Record<Lane, Map<string, T[]>> = {
    write: new Map(),
    interactive: new Map(),
    background: new Map(),
  };

  /** The best lane in which somebody waits. */
  topLane(): Lane | undefined {
    return LANES.find((lane) => this.lanes[lane].size > 0);
  }

  lengthOf(lane: Lane): number {
    return [...this.lanes[lane].values()].reduce((sum, waiting) => sum + waiting.length, 0);
  }

  /** How many would be served before one more of this company. */
  ahead(lane: Lane, companyId: string): number {
    const better = LANES.slice(0, LANES.indexOf(lane)).reduce((sum, other) => sum + this.lengthOf(other), 0);
    const own = this.lanes[lane].get(companyId)?.length ?? 0;
    const turns = [...this.lanes[lane]].map(([company, waiting]) =>
      company === companyId ? own : Math.min(waiting.length, own + 1),
    );
    return better + turns.reduce((sum, each) => sum + each, 0);
  }

  push(item: T): void {
    const companies = this.lanes[item.lane];
    const waiting = companies.get(item.companyId);
    if (waiting) waiting.push(item);
    else companies.set(item.companyId, [item]);
  }

  /** Whose turn it is; its company goes to the end of the lane. */
  shift(): T | undefined {
    const lane = this.topLane();
    const turn = lane && this.lanes[lane].entries().next().value;
    if (!lane || !turn) return undefined;
    const [companyId, waiting] = turn;
    const item = waiting.shift();
    this.lanes[lane].delete(companyId);
    if (waiting.length > 0) this.lanes[lane].set(companyId, waiting);
    return item;
  }

  remove(item: T): void {
    const companies = this.lanes[item.lane];
    const left = (companies.get(item.companyId) ?? []).filter((other) => other !== item);
    if (left.length > 0) companies.set(item.companyId, left);
    else companies.delete(item.companyId);
  }

  /** Everybody in the order in which they would be served. */
  inOrder(): T[] {
    return LANES.flatMap((lane) => {
      const companies = [...this.lanes[lane].values()];
      const rounds = Math.max(0, ...companies.map((waiting) => waiting.length));
      return Array.from({ length: rounds }, (_, round) => companies.flatMap((waiting) => waiting[round] ?? [])).flat();
    });
  }
}
