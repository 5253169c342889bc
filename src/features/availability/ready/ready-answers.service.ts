import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../foundation/time/clock';
import { WrittenHeads } from './written-heads';
import type { Availability, AvailabilityAnswer } from '../store/slot-reads.service';

/** Answers of 20 KB, a month of a busy type, for 1,600 different questions. */
const BYTES_MAX = 32 * 1024 * 1024;
/** Besides the body, with the heads for several origins. */
const BYTES_EACH = 3_000;

/** A map that is reordered with every read of a busy question spends most of its time being rebuilt. */
const REORDERED_EACH_MS = 1_000;

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
  placedMs: number;
  goodUntilMs: number;
  isUnchanged: () => boolean;
}

/**
 * Written answers for questions that are asked again, until what they say has changed. What is kept is ASCII, so one byte
 * a letter.
 */
@Injectable()
export class ReadyAnswers {
  /** In the order of their last use, to the second. */
  private readonly ready = new Map<string, Ready>();
  private bytes = 0;

  constructor(private readonly clock: Clock) {}

  find(question: string): WrittenAnswer | undefined {
    const known = this.ready.get(question);
    if (!known) return undefined;
    const nowMs = this.clock.now();
    const isGood = known.goodUntilMs > nowMs && known.isUnchanged();
    if (isGood && nowMs - known.placedMs < REORDERED_EACH_MS) return known;
    this.drop(question, known);
    if (!isGood) return undefined;
    this.place(question, known, nowMs);
    return known;
  }

  write(question: string, { body, goodUntilMs, isUnchanged }: AvailabilityAnswer): WrittenAnswer {
    const nowMs = this.clock.now();
    const said = { body: JSON.stringify(body), etag: etagOf(body), heads: new WrittenHeads() };
    if (goodUntilMs > nowMs && isAscii(said.body)) {
      const before = this.ready.get(question);
      if (before) this.drop(question, before);
      this.place(question, { ...said, goodUntilMs, isUnchanged, placedMs: nowMs }, nowMs);
      this.makeRoom();
    }
    return said;
  }

  private place(question: string, answer: Ready, nowMs: number): void {
    answer.placedMs = nowMs;
    this.ready.set(question, answer);
    this.bytes += weightOf(answer);
  }

  private drop(question: string, answer: Ready): void {
    this.ready.delete(question);
    this.bytes -= weightOf(answer);
  }

  private makeRoom(): void {
    for (const [oldest, other] of this.ready) {
      if (this.bytes <= BYTES_MAX) return;
      this.drop(oldest, other);
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
