/**
 * How tools that count registers from 1 call one: 40001 is the first holding register, 30001 the first input register.
 */
export function registerName(registerType: string, address: string): string {
  if (!/^\d+$/.test(address) || Number(address) > 65535) return '';
  const first = registerType === 'input' ? 3 : 4;
  return String(first * (Number(address) < 9999 ? 10000 : 100000) + 1 + Number(address));
}
