import { heldFor } from '../claims/claimed-times';
import { keyOf, type SoldType } from './sold-type';
import { StoredType } from './stored-type';

/** Ten thousand event types of two months with 16 slots a day. */
const BYTES_MAX = 64 * 1024 * 1024;

/** The stored types, bounded: what was not read for longest goes first. */
export class SlotShelf {
  /** In the order of their last use. */
  private readonly types = new Map<string, StoredType>();
  private readonly byHost = new Map<string, Set<StoredType>>();
  private readonly bytesOf = new Map<string, number>();
  private bytes = 0;

  constructor(private readonly bytesMax = BYTES_MAX) {}

  get size(): { types: number; bytes: number } {
    return { types: this.types.size, bytes: this.bytes };
  }

  /** What is stored of a type; a new and empty one when nothing is, or when it is sold differently now. */
  take(type: SoldType): StoredType {
    const key = keyOf(type);
    const known = this.types.get(key);
    if (known && known.type.signature === type.signature) {
      this.types.delete(key);
      this.types.set(key, known);
      return known;
    }
    if (known) this.drop(key, known);
    const made = new StoredType(type);
    this.types.set(key, made);
    for (const host of hostsOf(type)) this.index(`${type.account}\n${host}`, made);
    this.weigh(made);
    return made;
  }

  isStored(stored: StoredType): boolean {
    return this.types.get(keyOf(stored.type)) === stored;
  }

  /** Those whose times change with this host's. */
  ofHost(account: string, host: string): StoredType[] {
    return [...(this.byHost.get(`${account}\n${host}`) ?? [])];
  }

  all(): StoredType[] {
    return [...this.types.values()];
  }

  /** To be called when a type has grown. Makes room where needed, never of the one just used. */
  weigh(stored: StoredType): void {
    const key = keyOf(stored.type);
    if (this.types.get(key) !== stored) return;
    this.bytes += stored.bytes - (this.bytesOf.get(key) ?? 0);
    this.bytesOf.set(key, stored.bytes);
    for (const [oldest, entry] of this.types) {
      if (this.bytes <= this.bytesMax || entry === stored) return;
      this.drop(oldest, entry);
    }
  }

  clear(): void {
    for (const [key, stored] of this.types) this.drop(key, stored);
  }

  private index(place: string, stored: StoredType): void {
    const there = this.byHost.get(place);
    if (there) there.add(stored);
    else this.byHost.set(place, new Set([stored]));
  }

  private drop(key: string, stored: StoredType): void {
    this.types.delete(key);
    this.bytes -= this.bytesOf.get(key) ?? 0;
    this.bytesOf.delete(key);
    for (const host of hostsOf(stored.type)) {
      const place = `${stored.type.account}\n${host}`;
      const there = this.byHost.get(place);
      there?.delete(stored);
      if (there?.size === 0) this.byHost.delete(place);
    }
  }
}

/** Under which names others speak of this type's times: its hosts, its own starts, and itself. */
export function hostsOf({ eventType, account }: SoldType): string[] {
  const { definition, providerId } = eventType;
  const claimed = heldFor(eventType, account, 0, 1).map(({ host }) => host);
  return [...new Set([...definition.hosts.map(({ id }) => `host ${id}`), ...claimed, `type ${providerId}`])];
}
