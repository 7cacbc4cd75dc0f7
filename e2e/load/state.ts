/** The whole state as text, for checks that only the runtime itself can make. */
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import type { Chain } from '../src/chain.ts';

const PAGE = 1_000;
/** The runtime's code, which no check reads. */
const CODE = '0x3a636f6465';

/** Writes every entry of the state at the best block as a line `key value` in hex. Says how many. */
export async function writeState(chain: Chain, path: string): Promise<number> {
	const block = (await chain.api.rpc.chain.getBlockHash()).toHex();
	const file = createWriteStream(path);
	let written = 0;
	for (let last: string | null = null; ; ) {
		const page: unknown[] = ['0x', PAGE, last, block];
		const keys: string[] = await chain.request('state_getKeysPaged', ...page);
		if (keys.length === 0) break;
		last = keys[keys.length - 1] ?? null;
		const wanted = keys.filter((key) => key !== CODE);
		const found = await chain.request<{ changes: [string, string | null][] }[]>(
			'state_queryStorageAt',
			wanted,
			block,
		);
		for (const { changes } of found) {
			for (const [key, value] of changes) {
				if (value === null) continue;
				file.write(`${key} ${value}\n`);
				written += 1;
			}
		}
	}
	file.end();
	await once(file, 'finish');
	return written;
}
