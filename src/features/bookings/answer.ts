import type { FastifyReply } from 'fastify';
import type { BookingView } from './booking-view';
import type { BookingAnswer } from './idempotency.service';

/** Marks a replay, sets the status and hands out the booking, or throws the failure that was stored. */
export function sendAnswer(reply: FastifyReply, answer: BookingAnswer): BookingView {
  if (answer.replayed) reply.header('idempotency-replayed', 'true');
  if (answer.failure) throw answer.failure;
  if (!answer.booking) throw new Error('an answer has a booking or a failure');
  reply.status(answer.status);
  return answer.booking;
}
