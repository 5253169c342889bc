#!/usr/bin/env bash
# Shows step by step how free times are found, against any running instance; stops with an error when a step fails.
# Settings: API_BASE, API_KEY, EVENT_TYPE_ID; of the demo when it was started here.
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

step 'Is the service up, and does it reach the provider?'
request 200 GET /readyz
request 200 GET /api/health/calcom
show 'status' 'it.status'
holds 'the provider was reached' 'it.api_reachable === true'

step 'Which event type is it?'
request 200 GET "/api/event-types/$EVENT_TYPE_ID"
show 'title' 'it.title'

step "Free times of the coming days, told in $ZONE"
availability
holds "told in $ZONE" "it.timeZone === '$ZONE'"
show 'fetched at' 'it.fetchedAt'
show 'free times' 'Object.values(it.days).flat().length'
show 'the first' 'Object.values(it.days).flat()[0]?.start'
holds 'every time lies on its own day and ends after it starts, and none is offered twice' \
  'Object.entries(it.days).every(([day, slots]) =>
    slots.every((s) => s.start.slice(0, 10) === day && Date.parse(s.end) > Date.parse(s.start)) &&
    new Set(slots.map((s) => s.start)).size === slots.length)'

step 'The same times, told in another zone'
# One of the middle: at both ends the days of the two zones differ.
instant="$(pick 'Date.parse(((all) => all[Math.floor(all.length / 2)])(Object.values(it.days).flat()).start)')"
ZONE=America/New_York
availability
holds "told in $ZONE" "it.timeZone === '$ZONE'"
holds 'a time of the first answer is among them' \
  "Object.values(it.days).flat().some((s) => Date.parse(s.start) === $instant)"

step 'A zone that does not exist is refused'
request 400 GET "/api/availability?eventTypeId=$EVENT_TYPE_ID&start=$(day 1)&end=$(day 2)&timeZone=Mars/Olympus"
holds 'by its code' 'it.error.code === "INVALID_TIMEZONE"'

printf '\nAll %s steps passed.\n' "$steps"
