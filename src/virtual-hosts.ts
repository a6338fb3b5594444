import type { HostLookup, VirtualHost } from "./config.js";

/**
 * Virtual servers by name: exact names, `*.example` for any one label before it, and a default for unknown names and for clients that send none.
 * Without a default those are refused with unrecognized_name (RFC 6066 §3).
 */
export class VirtualHosts implements HostLookup {
  private readonly names: readonly string[];
  private readonly hosts: readonly VirtualHost[];
  private readonly fallback: VirtualHost | null;

  /** hosts: [name, host] pairs; a name is lower case ASCII without a trailing dot. Throws RangeError for a name that can't match. */
  constructor(hosts: readonly (readonly [string, VirtualHost])[], fallback: VirtualHost | null = null) {
    for (let i = 0; i < hosts.length; i++) checkName(hosts[i][0]);
    this.names = hosts.map((entry) => entry[0]);
    this.hosts = hosts.map((entry) => entry[1]);
    this.fallback = fallback;
  }

  find(name: string): VirtualHost | null {
    const { names, hosts } = this;
    for (let i = 0; i < names.length; i++) if (names[i] === name) return hosts[i];
    const dot = name.indexOf(".");
    if (dot > 0) {
      const rest = name.slice(dot);
      for (let i = 0; i < names.length; i++) if (names[i].charCodeAt(0) === 0x2a && names[i].slice(1) === rest) return hosts[i];
    }
    return this.fallback;
  }
}

function checkName(name: string): void {
  const plain = name.startsWith("*.") ? name.slice(2) : name;
  if (plain === "" || plain.endsWith(".") || plain.includes("*") || plain !== plain.toLowerCase())
    throw new RangeError(`virtual host "${name}": write it in lower case, without a trailing dot, "*." only as the first label`);
}
