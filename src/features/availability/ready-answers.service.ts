import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../foundation/time/clock';
import { WrittenHeads } from './written-heads';
import type { Availability, AvailabilityAnswer } from './slot-reads.service';

/** Answers of 20 KB, a month of a busy type, for 1,600 different questions. */
const BYTES_MAX = 32 * 1024 * 1024;
/** Besides the body, with the heads for several origins. */
const BYTES_EACH = 3_000;

/** An answer as it goes over the wire. */
export interface WrittenAnswer {
  /** Text, not bytes: Node sends it in one piece with the head, bytes in two. */
  body: string;
  /** Weak: answers that differ in `fetchedAt` alone are the same to a caller. */
  etag: string;
  /** What was said besides it, by the origin that asked. */
  heads: WrittenHeads;
}

interface Ready extends WrittenAnswer {
  goodUntilMs: number;
  isUnchanged: () => boolean;
}

/**
 * Written answers for questions that are asked again, until what they say has changed. What is kept is ASCII, so one byte
 * a letter.
 */
@Injectable()
export class ReadyAnswers {
  /** In the order of their last use. */
  private readonly ready = new Map<string, Ready>();
  private bytes = 0;

  constructor(private readonly clock: Clock) {}

  find(question: string): WrittenAnswer | undefined {
    const known = this.ready.get(question);
    if (!known) return undefined;
    this.ready.delete(question);
    if (known.goodUntilMs > this.clock.now() && known.isUnchanged()) {
      this.ready.set(question, known);
      return known;
    }
    this.bytes -= weightOf(known);
    return undefined;
  }

  write(question: string, { body, goodUntilMs, isUnchanged }: AvailabilityAnswer): WrittenAnswer {
    const written = {
      body: JSON.stringify(body),
      etag: etagOf(body),
      heads: new WrittenHeads(),
      goodUntilMs,
      isUnchanged,
    };
    if (goodUntilMs > this.clock.now() && isAscii(written.body)) this.keep(question, written);
    return written;
  }

  private keep(question: string, answer: Ready): void {
    const before = this.ready.get(question);
    if (before) this.bytes -= weightOf(before);
    this.ready.delete(question);
    this.ready.set(question, answer);
    this.bytes += weightOf(answer);
    for (const [oldest, other] of this.ready) {
      if (this.bytes <= BYTES_MAX) return;
      this.ready.delete(oldest);
      this.bytes -= weightOf(other);
    }
  }
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

function weightOf({ body }: WrittenAnswer): number {
  return body.length + BYTES_EACH;
}

function etagOf({ fetchedAt: _, now: __, ...said }: Availability): string {
  return `W/"${createHash('sha256').update(JSON.stringify(said)).digest('base64url').slice(0, 22)}"`;
}
