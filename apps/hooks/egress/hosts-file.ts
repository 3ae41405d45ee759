import { readFile } from 'node:fs/promises';

/** Where the operating system keeps names of its own. */
export const HOSTS_FILE = process.platform === 'win32' ? String.raw`C:\Windows\System32\drivers\etc\hosts` : '/etc/hosts';

/** The addresses that a hosts file gives a name, in its order; none when there is no such name or no file. Read each time: it may change. */
export async function addressesInHostsFile(host: string, file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    return address && names.some((name) => name.toLowerCase() === host) ? [address] : [];
  });
}
