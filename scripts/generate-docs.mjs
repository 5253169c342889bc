// Writes the parts of the documentation that come from the code; with --check only says which are out of date.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { format } from 'prettier';

const require = createRequire(import.meta.url);
const check = process.argv.includes('--check');
const stale = [];

const { ERROR_TABLE } = require('../dist/src/foundation/errors/error-table.js');
const { triggerTableMarkdown } = require('../dist/src/features/webhooks/trigger-table.js');
const { VISIT_TRANSITIONS } = require('../dist/src/features/composite-bookings/visit-state.js');
const { ENVIRONMENT_VARIABLES } = require('../dist/src/foundation/config/environment-variables.js');

await put('docs/errors.md', errorsPage());
await put('docs/api.md', apiPage(await openApi()));
await put('.env.example', environmentExample(), false);
await putSection('README.md', 'configuration', configurationTable());
await putSection('docs/webhooks.md', 'triggers', triggerTableMarkdown());
await putSection('docs/composite-bookings.md', 'visit states', visitStates());
await putSection('docs/architecture.md', 'graph', graph());

if (stale.length > 0) console.error(`out of date, run npm run docs: ${stale.join(', ')}`);
// Said outright, because Nest leaves handles open in preview mode.
process.exit(stale.length > 0 ? 1 : 0);

async function put(path, text, pretty = true) {
  const wanted = pretty ? await format(text, { parser: 'markdown', singleQuote: true, printWidth: 120 }) : text;
  if (existsSync(path) && readFileSync(path, 'utf8') === wanted) return;
  if (check) stale.push(path);
  else writeFileSync(path, wanted);
}

async function putSection(path, name, text) {
  const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end of generated: ${name} -->`];
  const page = readFileSync(path, 'utf8');
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path} has no section "${name}"`);
  await put(path, `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`);
}

function visitStates() {
  const turns = Object.entries(VISIT_TRANSITIONS).flatMap(([from, targets]) =>
    Object.entries(targets).map(([to, why]) => `  ${from} --> ${to}: ${why.replaceAll(':', ',')}`),
  );
  const ends = Object.entries(VISIT_TRANSITIONS).flatMap(([from, targets]) =>
    Object.keys(targets).length === 0 ? [`  ${from} --> [*]`] : [],
  );
  const lines = ['  [*] --> outcome_pending', ...turns, ...ends, '  compensated --> [*]'];
  return `\`\`\`mermaid\nstateDiagram-v2\n${lines.join('\n')}\n\`\`\``;
}

function errorsPage() {
  const rows = Object.entries(ERROR_TABLE).map(
    ([code, { status, message, remedy }]) => `| \`${code}\` | ${status} | ${message} | ${remedy} |`,
  );
  const older = Object.entries(ERROR_TABLE).flatMap(([code, { formerly = [] }]) =>
    formerly.map((old) => `| \`${old}\` | \`${code}\` |`),
  );
  return `# Errors

Generated from \`src/foundation/errors/error-table.ts\` by \`npm run docs\`.

Every error has the same body; \`details\` is always an object, and the correlation id is also in the header
\`x-correlation-id\`:

\`\`\`json
{
  "error": {
    "code": "VALIDATION_ERROR",
    "message": "The request is not valid.",
    "details": { "fields": [{ "field": "start", "reason": "must be an ISO 8601 date-time with an offset" }] },
    "correlationId": "8e7c5b0e-8d0b-4f0e-a3f0-6b6f4d1f6a52",
    "timestamp": "2026-12-01T08:00:00.000Z"
  }
}
\`\`\`

| code | status | meaning | what to do |
| --- | --- | --- | --- |
${rows.join('\n')}

## Codes of older guides

| there | here |
| --- | --- |
${older.join('\n')}
`;
}

/** The document as served at /openapi.json; in preview mode Nest builds no provider, so nothing has to be running. */
async function openApi() {
  require('reflect-metadata');
  const { NestFactory } = require('@nestjs/core');
  const { AppModule } = require('../dist/src/app.module.js');
  const { OUTSIDE_PREFIX } = require('../dist/src/create-service.js');
  const { createHttpAdapter } = require('../dist/src/foundation/http/http-server.js');
  const { openApiDocument } = require('../dist/src/foundation/http/openapi.js');
  const module = AppModule.forRoot({ logLevel: 'silent', databaseUrl: 'postgres://none', calcom: {} });
  const app = await NestFactory.create(module, createHttpAdapter([]), {
    preview: true,
    abortOnError: false,
    logger: false,
  });
  app.setGlobalPrefix('api', { exclude: OUTSIDE_PREFIX });
  return openApiDocument(app);
}

function apiPage({ paths }) {
  const byTag = new Map();
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const [tag = 'other'] = operation.tags ?? [];
      const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
      const asked = query.map(({ name, required }) => (required ? `\`${name}\`` : `\`${name}\`?`)).join(', ');
      const who = (operation['x-access'] ?? []).join(', ');
      const row = `| \`${method.toUpperCase()} ${path}\` | ${who} | ${operation.summary ?? ''} | ${asked} |`;
      byTag.set(tag, [...(byTag.get(tag) ?? []), row]);
    }
  }
  const sections = [...byTag].map(
    ([tag, rows]) => `## ${tag}\n\n| route | who | what | query |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`,
  );
  return `# API

Generated from the controllers by \`npm run docs\`. Bodies and answers in full: \`/docs\` and \`/openapi.json\` of the running
service. Who: *admin* key, *secret* key (\`sk_\`), *publishable* key (\`pk_\`), *anyone* without a key; *compatibility* is a company's
key, or none where \`COMPAT_DEFAULT_COMPANY\` is set.

${sections.join('\n')}`;
}

function environmentExample() {
  const lines = ['# Every variable of the service with its default. Generated by `npm run docs`.'];
  lines.push('# Names marked (secret) are also read from the file that <NAME>_FILE names.', '');
  for (const { name, default: value, meaning, aliases = [], secret } of ENVIRONMENT_VARIABLES) {
    const notes = [secret ? '(secret)' : '', aliases.length > 0 ? `(older name: ${aliases.join(', ')})` : ''];
    lines.push(`# ${[meaning, ...notes].filter(Boolean).join(' ')}`, `${value ? '' : '# '}${name}=${value}`, '');
  }
  return lines.join('\n');
}

function configurationTable() {
  const rows = ENVIRONMENT_VARIABLES.map(({ name, default: value, meaning, aliases = [] }) => {
    const older = aliases.length > 0 ? ` (older name: ${aliases.map((alias) => `\`${alias}\``).join(', ')})` : '';
    return `| \`${name}\` | ${value ? `\`${value}\`` : ''} | ${meaning}${older} |`;
  });
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

/** Rooms and features as boxes, imports between them as arrows, from the code as it stands. */
function graph() {
  const program = 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs';
  const options = ['src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  const run = spawnSync(process.execPath, [program, ...options], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const { modules } = JSON.parse(run.stdout);
  const arrows = new Set();
  for (const { source, dependencies } of modules) {
    for (const { resolved } of dependencies) {
      const [from, to] = [room(source), room(resolved)];
      if (from && to && from !== to) arrows.add(`  ${id(from)}["${from}"] --> ${id(to)}["${to}"]`);
    }
  }
  return ['```mermaid', 'graph LR', ...[...arrows].sort(), '```'].join('\n');
}

function room(path) {
  if (path.endsWith('.spec.ts')) return undefined;
  const match = /^src\/(features\/[^/]+|providers|[^/.]+)\//.exec(path);
  return match?.[1];
}

function id(name) {
  return name.replaceAll(/\W/g, '_');
}
