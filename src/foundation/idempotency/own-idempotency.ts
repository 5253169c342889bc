import { SetMetadata } from '@nestjs/common';

export const OWN_IDEMPOTENCY = 'slotbridge:own-idempotency';

/**
 * Marks POST routes that repeat their answers themselves, or not at all, which {@link IdempotentPosts} leaves alone.
 * Needed where others than the operator and the holders of secret keys may call, and where an answer names a customer,
 * whose erasure must find every copy.
 */
export const OwnIdempotency = () => SetMetadata(OWN_IDEMPOTENCY, true);
