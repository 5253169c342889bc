#!/usr/bin/env bash
# Books, reads, moves and cancels an appointment step by step, against any running instance; stops with an error when
# a step fails. It makes a REAL booking with the provider behind that instance, and cancels it at the end.
# Settings: API_BASE, API_KEY, EVENT_TYPE_ID; of the demo when it was started here.
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

booking=''
# A step that fails after the booking was made must not leave it in somebody's calendar.
clean_up() {
  local code=$?
  if [ -n "$booking" ] && [ "$code" -ne 0 ]; then
    echo "   cancelling $booking, which this script made" >&2
    curl --silent --output /dev/null --max-time 30 --request POST --header 'Content-Type: application/json' \
      --data '{"reason":"Test"}' "$API_BASE/api/bookings/$booking/cancel" \
      --config <(printf 'header = "Authorization: Bearer %s"\n' "$API_KEY") || true
  fi
  exit "$code"
}
trap clean_up EXIT

json=(--header 'Content-Type: application/json')
key="test-$(node -p 'crypto.randomUUID()')"

step 'Find two free times'
availability
first="$(pick 'Object.values(it.days).flat()[0].start')"
second="$(pick 'Object.values(it.days).flat().slice(1).at(-1)?.start')"
echo "   $first and $second"

step "Book $first"
order="{\"eventTypeId\":\"$EVENT_TYPE_ID\",\"start\":\"$first\",\"attendee\":{\"name\":\"Test Person\",\"email\":\"test.person@example.com\",\"timeZone\":\"$ZONE\"}}"
request 201 POST /api/bookings "${json[@]}" --header "Idempotency-Key: $key" --data "$order"
booking="$(pick 'it.id')"
show "$booking" 'it.status'

step 'Send the same request again: the same appointment'
request 201 POST /api/bookings "${json[@]}" --header "Idempotency-Key: $key" --data "$order"
holds 'the same id' "it.id === '$booking'"

step 'The same key for something else is refused'
request 422 POST /api/bookings "${json[@]}" --header "Idempotency-Key: $key" --data "${order/$first/$second}"
holds 'by its code' 'it.error.code === "IDEMPOTENCY_KEY_REUSED"'

step 'Somebody else wants the same time: refused'
request 409 POST /api/bookings "${json[@]}" --header "Idempotency-Key: $key-other" --data "$order"
holds 'by its code' 'it.error.code === "SLOT_UNAVAILABLE"'

step 'Read it'
request 200 GET "/api/bookings/$booking"
holds 'as it was booked' "it.id === '$booking' && Date.parse(it.start) === Date.parse('$first')"
show 'status' 'it.status'
show 'time' '`${it.start} to ${it.end}`'

step "Move it to $second"
request 200 POST "/api/bookings/$booking/reschedule" "${json[@]}" --data "{\"start\":\"$second\",\"reason\":\"Test\"}"
holds 'moved, and still the same appointment' \
  "it.id === '$booking' && Date.parse(it.start) === Date.parse('$second')"

step 'Cancel it'
request 200 POST "/api/bookings/$booking/cancel" "${json[@]}" --data '{"reason":"Test"}'
holds 'cancelled' 'it.status === "cancelled"'

step 'It stays readable, as cancelled'
request 200 GET "/api/bookings/$booking"
holds 'cancelled' 'it.status === "cancelled"'

printf '\nAll %s steps passed.\n' "$steps"
