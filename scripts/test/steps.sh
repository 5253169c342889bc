# Shared by the scripts beside it: settings, one HTTP step, one look into JSON. Needs bash, curl and node.
set -euo pipefail

demo_file="${DEMO_DATA_DIR:-$(dirname "${BASH_SOURCE[0]}")/../../.data}/demo.json"

# demo_value FIELD: a field of what the demo wrote down, or nothing.
demo_value() {
  [ -r "$demo_file" ] || return 0
  node -e 'process.stdout.write(String(JSON.parse(require("fs").readFileSync(process.argv[1]))[process.argv[2]] ?? ""))' \
    "$demo_file" "$1"
}

API_BASE="${API_BASE:-$(demo_value apiUrl)}"
API_BASE="${API_BASE:-http://localhost:3000}"
API_BASE="${API_BASE%/}"
API_KEY="${API_KEY:-$(demo_value secretKey)}"
EVENT_TYPE_ID="${EVENT_TYPE_ID:-$(demo_value eventTypeId)}"
ZONE="${ZONE:-Europe/Vienna}"

if [ -z "$API_KEY" ] || [ -z "$EVENT_TYPE_ID" ]; then
  echo 'Set API_KEY and EVENT_TYPE_ID (and API_BASE), or start the demo here first: npm start' >&2
  exit 2
fi

steps=0
body=''

step() {
  steps=$((steps + 1))
  printf '\n%s. %s\n' "$steps" "$1"
}

fail() {
  echo "   FAILED: $1" >&2
  exit 1
}

# request WANTED_STATUS METHOD PATH [curl arguments...]: the answer is in $body afterwards.
request() {
  local wanted="$1" method="$2" path="$3" answer status
  shift 3
  # The key goes in by a file descriptor: arguments can be read by every user of the machine.
  answer="$(curl --silent --show-error --max-time 30 --request "$method" "$@" --write-out '\n%{http_code}' \
    --config <(printf 'header = "Authorization: Bearer %s"\n' "$API_KEY") "$API_BASE$path")" || fail "$method $path: no answer"
  status="${answer##*$'\n'}"
  body="${answer%$'\n'*}"
  echo "   $method $path → $status"
  [ "$status" = "$wanted" ] || fail "expected $wanted, got $status: $body"
}

# pick EXPRESSION: evaluates JavaScript on the last answer, which is called "it"; empty or false is a failure.
pick() {
  node -e '
    const it = JSON.parse(process.argv[1]);
    const value = new Function("it", `return ${process.argv[2]}`)(it);
    if (value === undefined || value === null || value === false || value === "") process.exit(1);
    process.stdout.write(String(value));
  ' "$body" "$1" || fail "the answer has no $1: $body"
}

# holds PROMISE EXPRESSION: fails unless the expression is true of the last answer.
holds() {
  pick "$2" >/dev/null
  echo "   $1"
}

# show LABEL EXPRESSION: prints a value of the last answer.
show() {
  local value
  value="$(pick "$2")"
  echo "   $1: $value"
}

# day N: the date N days from today.
day() {
  node -p "new Date(Date.now() + $1 * 86400000).toISOString().slice(0, 10)"
}

availability() {
  request 200 GET "/api/availability?eventTypeId=$EVENT_TYPE_ID&start=$(day 1)&end=$(day 10)&timeZone=$ZONE"
}
