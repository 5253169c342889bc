import { Injectable } from '@nestjs/common';

/** Of the reads answered from memory, so many leave one line in the request log; failures always do. */
const LOGGED_ONE_IN = 100;

/** Which reads from memory are written to the request log. */
@Injectable()
export class LogSamples {
  private count = 0;
  private readonly due = new WeakSet<object>();

  /** Counts a read, and says whether it is written down. The same reply is not counted again while it is due. */
  next(reply: object): boolean {
    if (this.due.has(reply)) return true;
    this.count += 1;
    if (this.count % LOGGED_ONE_IN !== 0) return false;
    this.due.add(reply);
    return true;
  }
}
