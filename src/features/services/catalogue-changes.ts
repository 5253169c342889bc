import { CallHandler, ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type Observable, tap } from 'rxjs';
import type { CalledRequest } from '../../foundation/http/access';

type Listener = (companyId: string) => void;

/** Who wants to know, within this process, that what a company sells may have changed. */
@Injectable()
export class CatalogueChanges {
  private readonly listeners: Listener[] = [];

  onChange(listener: Listener): void {
    this.listeners.push(listener);
  }

  tell(companyId: string): void {
    for (const listener of this.listeners) listener(companyId);
  }
}

/** Tells of every change before its caller is answered. Triggers tell it to other replicas, a moment later. */
@Injectable()
export class TellsCatalogueChanges implements NestInterceptor {
  constructor(private readonly changes: CatalogueChanges) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { method, caller } = context.switchToHttp().getRequest<CalledRequest>();
    if (method === 'GET' || !caller) return next.handle();
    const tell = (): void => this.changes.tell(caller.companyId);
    // A failure too: it may have come after the commit.
    return next.handle().pipe(tap({ next: tell, error: tell }));
  }
}
