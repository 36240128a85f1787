/** To which address the newest connection to each host went. */
export interface NewestAddresses {
  note(host: string, address: string): void;
  of(host: string): string | undefined;
}

const mostHosts = 10_000;

/** Who was connected to longest ago is forgotten first. */
export function createNewestAddresses(): NewestAddresses {
  const addresses = new Map<string, string>();
  return {
    note(host, address) {
      addresses.delete(host);
      addresses.set(host, address);
      for (const oldest of addresses.keys()) {
        if (addresses.size <= mostHosts) break;
        addresses.delete(oldest);
      }
    },
    of: (host) => addresses.get(host),
  };
}
