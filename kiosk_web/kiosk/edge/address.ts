/** Where this computer's devices answer: the address `houzhen edge` prints. */
export interface EdgeAddress {
  host: string;
  pair: string;
}

const KEPT_UNDER = "houzhen.edge";
/** The door is on this computer, whatever an address says. */
const HERE = /^(?:127\.0\.0\.1|localhost):\d{1,5}$/;

export function readAddress(hash: string): EdgeAddress | undefined {
  const handed = new URLSearchParams(hash.replace(/^#/, ""));
  const host = handed.get("edge") ?? "";
  const pair = handed.get("pair") ?? "";
  return HERE.test(host) && pair ? { host, pair } : undefined;
}

/**
 * The address from the address bar, taken out of it, or the one this tab kept: a
 * reload must find the devices again. What else was handed over stays for who reads it.
 */
export function edgeAddress(): EdgeAddress | undefined {
  const handed = readAddress(location.hash);
  if (handed) {
    sessionStorage.setItem(KEPT_UNDER, JSON.stringify(handed));
    const rest = new URLSearchParams(location.hash.slice(1));
    rest.delete("edge");
    rest.delete("pair");
    const left = rest.toString();
    const hash = left ? `#${left}` : "";
    history.replaceState(null, "", location.pathname + location.search + hash);
    return handed;
  }
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT_UNDER) ?? "null") as EdgeAddress | null;
    return kept && HERE.test(kept.host) ? kept : undefined;
  } catch {
    return undefined;
  }
}
