/** The relay chain as its governance and its parachains see it. */
import type { KeyringPair } from '@polkadot/keyring/types';
import type { EventRecord, Hash } from '@polkadot/types/interfaces';
import type { Vec } from '@polkadot/types';
import { toNumber, view, type Call, type Chain, type ChainEvent, type Receipt } from '../../src/chain.ts';
import { until } from './report.ts';

/** Parachain number of this chain. */
export const PARA_ID = 2015;

/** Number under which the relay chain keeps its checkpoints. */
export const PBC_ID = 15;

const DESTINATION = (paraId: number) => ({
	V5: { parents: 0, interior: { X1: [{ Parachain: paraId }] } },
});

/** The program by which the relay chain makes a call on a parachain with the powers of Root. */
const asRoot = (call: Call) => ({
	V5: [
		{ UnpaidExecution: { weightLimit: 'Unlimited', checkOrigin: null } },
		{
			Transact: {
				originKind: 'Superuser',
				fallbackMaxWeight: null,
				call: { encoded: call.method.toHex() },
			},
		},
		{ ExpectTransactStatus: 'Success' },
	],
});

/** Sends the call as the relay chain itself: this is how its governance acts on a parachain. */
export const govern = (relay: Chain, sudo: KeyringPair, call: Call): Promise<Receipt> =>
	relay.send(
		relay.call('sudo', 'sudo', relay.call('xcmPallet', 'send', DESTINATION(PARA_ID), asRoot(call))),
		sudo,
	);

/** Sends the same program as an ordinary account of the relay chain. */
export const pretend = (relay: Chain, account: KeyringPair, call: Call): Promise<Receipt> =>
	relay.send(relay.call('xcmPallet', 'send', DESTINATION(PARA_ID), asRoot(call)), account);

/** Number of the last finalised block. */
export async function finalised(chain: Chain): Promise<number> {
	const { rpc } = chain.api;
	return (await rpc.chain.getHeader(await rpc.chain.getFinalizedHead())).number.toNumber();
}

/** Waits for a finalised block at or above that height, and gives its number. */
export const finalises = (chain: Chain, height: number, seconds: number): Promise<number> =>
	until(`block ${height} to be final on ${chain.url}`, seconds, async () => {
		const last = await finalised(chain);
		return last >= height ? last : undefined;
	});

/** The events of a block. */
export async function eventsOf(chain: Chain, block: Hash | string): Promise<ChainEvent[]> {
	const records = (await chain.read('system', 'events', [], block)) as Vec<EventRecord>;
	return records.map(view);
}

/** The first event at or after a block, among finalised ones, that `matches`; with its block's number. */
export async function firstEvent(
	chain: Chain,
	what: string,
	from: number,
	seconds: number,
	matches: (event: ChainEvent) => boolean,
): Promise<{ readonly event: ChainEvent; readonly block: number }> {
	let next = from;
	return until(what, seconds, async () => {
		const last = await finalised(chain);
		for (; next <= last; next++) {
			const event = (await eventsOf(chain, await chain.api.rpc.chain.getBlockHash(next))).find(matches);
			if (event !== undefined) return { event, block: next };
		}
		return undefined;
	});
}

/** A root that the relay chain has registered. */
export interface Registered {
	readonly block: number;
	readonly root: string;
}

/** What the relay chain has registered for this chain, in finalised state, oldest block first. */
export async function checkpoints(relay: Chain): Promise<Registered[]> {
	const at = await relay.api.rpc.chain.getFinalizedHead();
	const entries = await relay.entries('checkpoint', 'checkpoints', at);
	return entries
		.map(([[key], value]) => {
			const [pbcId, block] = key?.toJSON() as unknown as [number, number | string];
			return { pbcId, block: Number(block), root: value.toHex() };
		})
		.filter(({ pbcId }) => pbcId === PBC_ID)
		.map(({ block, root }) => ({ block, root }))
		.sort((a, b) => a.block - b.block);
}

/** Checks registered roots against this chain's final headers. */
export async function agree(chain: Chain, registered: readonly Registered[]): Promise<void> {
	// A collator hears of the relay chain's finality a little later than the validators.
	await finalises(chain, Math.max(...registered.map(({ block }) => block)), 60);
	for (const { block, root } of registered) {
		const header = await chain.api.rpc.chain.getHeader(await chain.api.rpc.chain.getBlockHash(block));
		if (header.number.toNumber() !== block) throw new Error(`no header of block ${block}`);
		if (header.stateRoot.toHex() !== root) {
			throw new Error(`the root registered for block ${block} is ${root}, not ${header.stateRoot.toHex()}`);
		}
	}
}

/** The version of the runtime at the last finalised block. */
export async function specVersion(chain: Chain): Promise<number> {
	const { rpc } = chain.api;
	return toNumber((await rpc.state.getRuntimeVersion(await rpc.chain.getFinalizedHead())).specVersion);
}

/** Hash of the parachain code that the relay chain runs, in finalised state. */
export async function currentCode(relay: Chain, paraId: number): Promise<string> {
	const at = await relay.api.rpc.chain.getFinalizedHead();
	return (await relay.read('paras', 'currentCodeHash', [paraId], at)).toString();
}
