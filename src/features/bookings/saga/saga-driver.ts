import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { withIntents } from '../../../foundation/failpoints/intents';
import { FencedOut, type Saga } from './saga';
import { SagaBackward } from './saga-backward';
import { SagaConfirmation } from './saga-confirmation';
import { next, type SagaAction } from './saga-decision';
import { SagaForward } from './saga-forward';
import { SagaRecord } from './saga-record';
import { SagasRepository } from './sagas.repository';

/** A shorter pause is waited out; for a longer one the saga is laid down, and taken up by whoever finds it due. */
const PAUSE_MAX_MS = 1_500;

/** Drives sagas that this replica owns, step by step, as {@link next} decides. */
@Injectable()
export class SagaDriver {
  constructor(
    private readonly sagas: SagasRepository,
    private readonly forward: SagaForward,
    private readonly backward: SagaBackward,
    private readonly confirmation: SagaConfirmation,
    private readonly record: SagaRecord,
  ) {}

  /** Until the saga has ended, is laid down, or belongs to another replica. Never throws. */
  async drive(saga: Saga, logger: PinoLogger): Promise<void> {
    saga.state = withIntents(saga.state);
    try {
      while (await this.step(saga));
    } catch (error) {
      if (error instanceof FencedOut) return;
      logger.error({ err: error, sagaId: saga.id, companyId: saga.companyId }, 'saga laid down');
      // Whoever takes it up looks first, so nothing is lost by stopping here.
      await this.sagas.handBack(saga).catch(() => undefined);
    }
  }

  /** False when there is nothing more to do here. */
  private async step(saga: Saga): Promise<boolean> {
    const action = next(saga.state, saga.nowMs());
    if (action.do === 'rest') return false;
    if (action.do === 'wait') return this.wait(saga, action.untilMs - saga.nowMs());
    await this.act(saga, action);
    return true;
  }

  private async wait(saga: Saga, forMs: number): Promise<boolean> {
    if (forMs > PAUSE_MAX_MS) {
      await this.sagas.handBack(saga);
      return false;
    }
    await pause(Math.max(10, forMs));
    return true;
  }

  private async act(saga: Saga, action: Exclude<SagaAction, { do: 'rest' | 'wait' }>): Promise<void> {
    switch (action.do) {
      case 'book':
        return this.forward.book(saga, action.step);
      case 'look':
        return this.forward.look(saga, action.step);
      case 'confirm':
        return this.confirmation.confirm(saga, action.step);
      case 'commit':
        return this.forward.commit(saga);
      case 'undo':
        return this.backward.undo(saga, action.step);
      case 'look-back':
        return this.backward.lookBack(saga, action.step);
      case 'give-up':
        return this.record.write(saga, [{ type: 'gave-up' }]);
      case 'finish-compensation':
        return this.record.write(saga, [{ type: 'compensated' }]);
    }
  }
}
