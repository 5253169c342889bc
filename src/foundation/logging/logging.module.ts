import type { DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { DestinationStream } from 'pino';
import type { AppConfig } from '../config/app-config';
import { requestLogLevel } from './sampled-log';

/** Asked every few seconds by whoever runs us. */
const UNLOGGED = ['/livez', '/readyz'];

/** The logger: JSON lines, one a request, with nothing of headers, queries or bodies in them. */
export function loggingModule(config: Pick<AppConfig, 'logLevel'>, destination?: DestinationStream): DynamicModule {
  return LoggerModule.forRoot({
    pinoHttp: [
      {
        level: config.logLevel,
        genReqId: (request: { id: string }) => request.id,
        quietReqLogger: true,
        customAttributeKeys: { reqId: 'correlationId' },
        // A second net: these paths should never be logged in the first place.
        redact: ['authorization', 'apiKey', 'secret', '*.authorization', '*.apiKey', '*.secret', '*.password'],
        // Else an error would reach our serialiser already flattened, with everything it carries.
        wrapSerializers: false,
        serializers: {
          req: describeRequest,
          res: (res: { statusCode: number }) => ({ status: res.statusCode }),
          err: describeError,
        },
        autoLogging: { ignore: (request: Asked) => UNLOGGED.includes(pathOf(request)) },
        customLogLevel: requestLogLevel,
      },
      ...(destination ? [destination] : []),
    ] as never,
  });
}

/** A request as it came in. Routing in front of handlers cuts `url`; `originalUrl` stays whole. */
interface Asked {
  method: string;
  url: string;
  originalUrl?: string;
}

function describeRequest(request: Asked): object {
  return { method: request.method, path: pathOf(request) };
}

/** Without the query: e-mails and tokens travel in queries. */
function pathOf({ originalUrl, url }: Asked): string {
  return (originalUrl ?? url).split('?', 1)[0]!;
}

/** Only what cannot hold a caller's data: database errors carry parameters and row contents in other properties. */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const quiet = error.name === 'QueryFailedError' ? 'query failed' : error.message;
  const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? [];
  const cause = error.cause instanceof Error ? { cause: describeError(error.cause) } : {};
  return { type: error.name, code, message: quiet, stack: frames.slice(0, 12).join('\n'), ...cause };
}
