/** Where a device keeps bytes that outlast a restart. ECMA-419's key-value storage (`embedded:storage/key-value`, opened) is one as it is. */
export interface Keep {
  /** An ArrayBuffer of its own each time, which is wiped after use. */
  read(key: string): unknown;
  write(key: string, bytes: Uint8Array): void;
  delete(key: string): void;
}

/** The SDK's "preference", as far as it is used. */
export interface Preferences {
  get(domain: string, key: string): unknown;
  set(domain: string, key: string, value: ArrayBuffer): void;
  delete(domain: string, key: string): void;
}

/** A domain of the SDK's "preference". */
export class PreferenceKeep implements Keep {
  private readonly preferences: Preferences;
  private readonly domain: string;

  constructor(preferences: Preferences, domain: string) {
    this.preferences = preferences;
    this.domain = domain;
  }

  read(key: string): unknown {
    return this.preferences.get(this.domain, key);
  }

  write(key: string, bytes: Uint8Array): void {
    const copy = bytes.slice();
    this.preferences.set(this.domain, key, copy.buffer as ArrayBuffer);
    copy.fill(0);
  }

  delete(key: string): void {
    this.preferences.delete(this.domain, key);
  }
}

/** What is kept under a key, or null: nothing, nothing that is bytes, or a flash that cannot be read. */
export function keptBytes(keep: Keep, key: string): Uint8Array | null {
  try {
    const value = keep.read(key);
    return value instanceof ArrayBuffer ? new Uint8Array(value) : null;
  } catch {
    return null;
  }
}
