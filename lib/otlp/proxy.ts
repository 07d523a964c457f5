import { BlockList, isIP } from 'node:net';

/** A proxy on the way to a collector, and where it is named, for a person: `field "Proxy"`, `variable HTTPS_PROXY`. */
export interface Proxy {
  /** May hold a user and a password. */
  readonly url: URL;
  readonly from: string;
}

/** The proxy for an address; undefined: none. Or what is wrong with what names it: no message holds a secret. */
export type ProxyChoice =
  | { readonly ok: true; readonly proxy: Proxy | undefined }
  | { readonly ok: false; readonly message: string; readonly where: string };

type Env = (name: string) => string | undefined;

/**
 * The proxy for `target`. `field`: what a person has set: an address, `none`, or empty: then HTTP_PROXY or HTTPS_PROXY
 * counts (by the scheme of the target), unless NO_PROXY names the host. Names in small letters count before those in
 * capitals, as with curl. A host of this machine is no exception.
 */
export function proxyFor(target: URL, field: string, env: Env): ProxyChoice {
  const written = field.trim();
  if (written === 'none') return { ok: true, proxy: undefined };
  if (written !== '') return parsed(written, 'field "Proxy"', 'Proxy');
  const found = variable(env, target.protocol === 'https:' ? 'https_proxy' : 'http_proxy');
  if (found === undefined || isExcepted(target, variable(env, 'no_proxy')?.value ?? ''))
    return { ok: true, proxy: undefined };
  return parsed(found.value, `variable ${found.name}`, found.name);
}

function variable(env: Env, name: string): { readonly name: string; readonly value: string } | undefined {
  return [name, name.toUpperCase()]
    .map((each) => ({ name: each, value: env(each)?.trim() ?? '' }))
    .find(({ value }) => value !== '');
}

function parsed(text: string, from: string, where: string): ProxyChoice {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url?.protocol !== 'http:' || url.hostname === '' || !/^\/?$/.test(url.pathname) || url.search !== '')
    return {
      ok: false,
      message: `the ${from} must be the address of a proxy, such as http://proxy.example.org:3128 (or none)`,
      where
    };
  return { ok: true, proxy: { url, from } };
}

/** Is the target's host in the list of NO_PROXY: names with all below them, addresses, networks, each with a port? */
export function isExcepted({ hostname, port, protocol }: URL, list: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const targetPort = port || (protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const { name, port: entryPort } = placeOf(entry);
      if (entryPort !== undefined && entryPort !== targetPort) return false;
      return isOf(host, name);
    });
}

/** An entry of NO_PROXY: more than one colon, and no brackets, are an IPv6 address without a port. */
function placeOf(entry: string): { readonly name: string; readonly port: string | undefined } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  return { name: bracketed ?? plain ?? entry, port };
}

function isOf(host: string, name: string): boolean {
  const [address, bits] = name.split('/');
  const family = isIP(address);
  if (bits !== undefined) {
    if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits)) return false;
    const network = new BlockList();
    const most = family === 6 ? 128 : 32;
    if (Number(bits) > most) return false;
    network.addSubnet(address, Number(bits), family === 6 ? 'ipv6' : 'ipv4');
    return network.check(host, family === 6 ? 'ipv6' : 'ipv4');
  }
  const below = name.replace(/^\*?\./, '');
  return host === below || (isIP(host) === 0 && host.endsWith(`.${below}`));
}
