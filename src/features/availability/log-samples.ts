import { Injectable } from '@nestjs/common';

/** Of the reads answered from memory, so many leave one line in the request log; failures always do. */
const LOGGED_ONE_IN = 100;

/** Which reads from memory are written to the request log. */
@Injectable()
export class LogSamples {
  private count = 0;

  /** Whether the next one will be. */
  get isNextLogged(): boolean {
    return (this.count + 1) % LOGGED_ONE_IN === 0;
  }

  /** Counts one, and says whether it is. */
  next(): boolean {
    this.count += 1;
    return this.count % LOGGED_ONE_IN === 0;
  }
}
