import { type DynamicModule, Module } from '@nestjs/common';
import type { EventType } from '../../scheduling/words';

/** Something of an event type that stands between it and a booking made through us. */
export interface TypeFinding {
  code: string;
  /** Whether such a booking would fail or go wrong; else it works, with what the message says. */
  blocking: boolean;
  message: string;
  /** What of the type speaks for it. */
  evidence: Record<string, unknown>;
}

export const TYPE_FINDINGS = Symbol('findings about an event type');
export type FindingsOf = (type: EventType) => TypeFinding[];

/**
 * Lends this room the judgement that the room of event types makes, so that both name the same reasons: that room lets
 * others in by its services only, and none of them judges what the mirror has.
 */
@Module({})
export class TypeFindingsModule {
  static forRoot(findings: FindingsOf): DynamicModule {
    return {
      module: TypeFindingsModule,
      global: true,
      providers: [{ provide: TYPE_FINDINGS, useValue: findings }],
      exports: [TYPE_FINDINGS],
    };
  }
}
