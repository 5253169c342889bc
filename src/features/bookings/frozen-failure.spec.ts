import { ApiError } from '../../foundation/errors/api-error';
import { SchedulingError, type SchedulingErrorCode } from '../../scheduling/scheduling-error';
import { freezeFailure, thawFailure } from './frozen-failure';

describe('failures kept with an idempotency key', () => {
  it.each<SchedulingErrorCode>(['OUTCOME_UNKNOWN', 'UNAVAILABLE', 'RATE_LIMITED', 'AUTHENTICATION_FAILED'])(
    'are never %s, which can pass by itself',
    (code) => expect(freezeFailure(new SchedulingError(code, ''))).toBeUndefined(),
  );

  it('are never an answer that says when to come back, nor a fault of ours', () => {
    expect(freezeFailure(new ApiError('CONFLICT', { headers: { 'retry-after': '2' } }))).toBeUndefined();
    expect(freezeFailure(new ApiError('INTERNAL_SERVER_ERROR'))).toBeUndefined();
    expect(freezeFailure(new TypeError('x'))).toBeUndefined();
  });

  it("hold the code and the reason of a refusal, without the provider's words and without a successor's uid", () => {
    const details = { reason: 'ALREADY_RESCHEDULED', successorUid: 'secret-uid', providerStatus: 400 } as const;
    const frozen = freezeFailure(new SchedulingError('REFUSED', 'the words of the provider', details));
    expect(JSON.stringify(frozen)).not.toMatch(/secret-uid|words/);
    expect(thawFailure(frozen!)).toMatchObject({ code: 'REFUSED', details: { reason: 'ALREADY_RESCHEDULED' } });
  });
});
