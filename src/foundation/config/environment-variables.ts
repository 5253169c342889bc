/** One variable of the environment: the source of `.env.example` and of the README's table. */
export interface EnvironmentVariable {
  name: string;
  /** As written in `.env.example`; empty = no default. */
  default: string;
  meaning: string;
  /** Older names that mean the same. */
  aliases?: string[];
  /** Also read from the file named by `<NAME>_FILE`. */
  secret?: boolean;
}

export const ENVIRONMENT_VARIABLES = [
  {
    name: 'NODE_ENV',
    default: '',
    meaning:
      '`production`, `development` or `test`; production switches every demo part off and makes secrets mandatory',
  },
  { name: 'PORT', default: '3000', meaning: 'port of the API' },
  { name: 'HOST', default: '', meaning: 'address to listen on; absent = 0.0.0.0, in demo mode 127.0.0.1' },
  { name: 'DATABASE_URL', default: '', meaning: 'Postgres 15 or newer; absent = demo mode', secret: true },
  {
    name: 'DEMO',
    default: '',
    meaning: '`true` asks for demo mode although DATABASE_URL is set; `false` forbids it; refused in production',
  },
  { name: 'LOG_LEVEL', default: 'info', meaning: 'fatal, error, warn, info, debug, trace or silent' },
  {
    name: 'ENCRYPTION_KEY',
    default: '',
    meaning:
      'seals stored secrets: `id:base64` of 32 bytes; several by comma, the first one seals, all of them open (rotation)',
    secret: true,
  },
  { name: 'ADMIN_API_KEY', default: '', meaning: 'manages companies; at least 24 characters', secret: true },
  { name: 'DEPLOYMENT_ID', default: 'slotbridge', meaning: 'names this deployment in the metadata of its bookings' },
  { name: 'PUBLIC_URL', default: '', meaning: 'where providers reach this service; absent = no webhook is registered' },
  {
    name: 'TRUSTED_PROXIES',
    default: '',
    meaning:
      'addresses or networks of proxies whose `x-forwarded-for` tells the caller’s address, by comma; absent = nobody is believed',
  },
  {
    name: 'QUOTA_SECRET',
    default: '1200',
    meaning: 'requests a minute that a secret key may make at each replica, a sixth of them at once (10 to 1000000)',
  },
  {
    name: 'QUOTA_PUBLISHABLE',
    default: '120',
    meaning: 'the same for a publishable key from one address (10 to 1000000)',
  },
  {
    name: 'CALCOM_API_KEY',
    default: '',
    meaning: 'key for companies that brought none of their own',
    aliases: ['CAL_API_KEY'],
    secret: true,
  },
  {
    name: 'CALCOM_API_VERSION',
    default: '2024-08-13',
    meaning: '`cal-api-version` of the bookings family; the other families keep their own',
  },
  { name: 'CALCOM_WEBHOOK_SECRET', default: '', meaning: 'signs webhooks to `/api/webhooks/calcom`', secret: true },
  {
    name: 'CALCOM_BASE_URL',
    default: 'https://api.cal.com',
    meaning: 'provider address for connections that name none',
    aliases: ['CAL_API_URL'],
  },
  {
    name: 'ALLOW_PRIVATE_PROVIDER_HOSTS',
    default: '',
    meaning:
      '`true` lets connections use plain http and private addresses, `false` public https only; absent = `false` in production, `true` elsewhere',
  },
  { name: 'CALCOM_TIMEOUT', default: '15', meaning: 'upper limit of every provider call, seconds (1 to 60)' },
  {
    name: 'CALCOM_RETRY_ATTEMPTS',
    default: '2',
    meaning: 'repeats of a failed read (0 to 5); writes are never repeated',
  },
  {
    name: 'CALCOM_RATE_LIMIT',
    default: '116',
    meaning:
      'calls that all replicas together make with one key in any 61 s (10 to 10000); Cal.com blocks a key for a minute after 120 in its own 60 s',
  },
  {
    name: 'BOOKING_DEADLINE',
    default: '25',
    meaning: 'seconds after which a booking without a known outcome is given up (5 to 120)',
  },
  {
    name: 'BOOKING_SETTLE',
    default: '120',
    meaning:
      'seconds for which a call without an answer may still take effect at the provider (10 to 3600); so long a given-up booking is watched for, and cancelled if it appears',
  },
  {
    name: 'VISIT_ORDER',
    default: 'last-first',
    meaning:
      'which segment of a visit is booked first: `last-first`, or `hardest-first` (whom fewest can do), which fails earliest',
  },
  { name: 'CALCOM_DEBUG', default: 'false', meaning: '`true` logs provider requests and answers, redacted' },
  {
    name: 'COMPAT_DEFAULT_COMPANY',
    default: '',
    meaning: 'id of the company that serves compatibility routes without a key; absent = they need one',
  },
  {
    name: 'CAL_EVENT_TYPE_ID',
    default: '',
    meaning: "provider's number of the event type that compatibility routes use when the caller names none",
  },
] as const satisfies readonly EnvironmentVariable[];

export type VariableName = (typeof ENVIRONMENT_VARIABLES)[number]['name'];

/** Names that the project's processes read besides the service's own settings; not unknown, not documented twice. */
export const OTHER_KNOWN_NAMES = ['CALCOM_OPENAPI', 'CALCOM_GOLDEN', 'DEMO_DATA_DIR'];

/** An unknown name that begins like ours is a typing mistake that would silently mean a default. */
export const OUR_PREFIXES = ['CALCOM_', 'COMPAT_', 'SLOTBRIDGE_'];
