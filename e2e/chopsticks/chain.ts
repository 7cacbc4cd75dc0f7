/** A chain in Chopsticks: blocks on demand, signed calls, events, typed reads. */
import {
	Block,
	BuildBlockMode,
	buildBlock,
	calculateStateRoot,
	setup,
	type Blockchain,
	type BuildBlockParams,
} from '@acala-network/chopsticks-core';
import { StorageKey } from '@polkadot/types';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { DispatchError, EventRecord, Header } from '@polkadot/types/interfaces';
import type { DecoratedMeta } from '@polkadot/types/metadata/decorate/types';
import type { AnyJson, Codec, IMethod, IRuntimeVersionBase } from '@polkadot/types/types';
import type { Vec } from '@polkadot/types';
import { hexToU8a, u8aToHex } from '@polkadot/util';
import type { HexString } from '@polkadot/util/types';
import type { Genesis } from './genesis.ts';

/** A call of a runtime. */
export type Call = IMethod;

/** An event. */
export interface ChainEvent {
	readonly section: string;
	readonly method: string;
	/** The fields by name. */
	readonly data: Readonly<Record<string, AnyJson>>;
	/** Number of its block. */
	readonly block: number;
}

/** A call and who signs it. */
export interface Signed {
	readonly call: Call;
	readonly signer: KeyringPair;
}

/** What a block is made of beyond what has been carried here. */
export type Content = Partial<
	Pick<BuildBlockParams, 'horizontalMessages' | 'relayChainStateOverrides'>
> & {
	readonly signed?: readonly Signed[];
};

export class LocalChain {
	private readonly headers = new Map<number, Header>();
	private readonly events: ChainEvent[] = [];

	private constructor(
		/** The chain as Chopsticks has it. */
		readonly inner: Blockchain,
		readonly name: string,
	) {}

	/** A chain at its first block. */
	static async start(name: string, { provider }: Genesis): Promise<LocalChain> {
		const inner = await setup({
			genesis: provider,
			buildBlockMode: BuildBlockMode.Manual,
			// Blocks are made by `block` alone.
			processQueuedMessages: false,
		});
		if (inner.head.number !== 1) throw new Error(`${name} does not make its first block`);
		return new LocalChain(inner, name);
	}

	get head(): Block {
		return this.inner.head;
	}

	get height(): number {
		return this.inner.head.number;
	}

	/** Name and version of its runtime. */
	async version(): Promise<string> {
		const { specName, specVersion } = await this.head.runtimeVersion;
		return `${specName} ${specVersion}`;
	}

	/** The header of a block that `block` has made. */
	header(number: number): Header {
		const header = this.headers.get(number);
		if (header === undefined) throw new Error(`${this.name} has made no block ${number}`);
		return header;
	}

	/**
	 * Makes a block of what has been carried here and what is given. The headers of Chopsticks have an
	 * empty state root and lack the runtime's digests. Here a block has the header with which the runtime
	 * closed it, and the root of its whole state: what the executor tells the runtime is not that.
	 */
	async block(content: Content = {}): Promise<void> {
		const parent = this.inner.head;
		const { ump, dmp, hrmp } = this.inner.txPool;
		const carried = { upwardMessages: { ...ump }, downwardMessages: [...dmp] };
		const horizontalMessages = { ...hrmp, ...content.horizontalMessages };
		this.inner.txPool.clear();
		const transactions: HexString[] = [];
		const nonces = new Map<string, number>();
		for (const { call, signer } of content.signed ?? []) {
			const nonce = nonces.get(signer.address) ?? (await this.nonce(signer));
			nonces.set(signer.address, nonce + 1);
			transactions.push(await this.sign(call, signer, nonce));
		}

		let closed: HexString | undefined;
		const refused: string[] = [];
		const overrides = content.relayChainStateOverrides;
		const [draft, left] = await buildBlock(
			parent,
			this.inner.getInherents(),
			{
				...carried,
				horizontalMessages,
				transactions,
				...(overrides === undefined ? {} : { relayChainStateOverrides: overrides }),
			},
			{
				onApplyExtrinsicError: (_, error) => refused.push(JSON.stringify(error.toJSON())),
				onPhaseApplied: (phase, { result }) => {
					if (phase === 'finalize') closed = result;
				},
			},
		);
		if (refused.length + left.length > 0) {
			throw new Error(`${this.name} takes a transaction into no block: ${refused.join(', ')}`);
		}
		if (closed === undefined) throw new Error(`${this.name} has not closed its block`);
		const header = (await parent.registry).createType('Header', {
			...((await parent.registry).createType('Header', closed) as Header).toJSON(),
			stateRoot: await stateRoot(draft),
		}) as Header;
		const block = new Block(this.inner, draft.number, header.hash.toHex(), parent, {
			header,
			extrinsics: await draft.extrinsics,
			storage: parent.storage,
			storageDiff: await draft.storageDiff(),
		});
		this.headers.set(block.number, header);
		await this.inner.setHead(block);
		const events = await this.eventsOf(block, parent);
		this.events.push(...events);
		const failure = events.find(
			({ section, method }) => section === 'system' && method === 'ExtrinsicFailed',
		);
		if (failure !== undefined) {
			throw new Error(`${this.name}: ${await this.why(failure.data['dispatchError'])}`);
		}
	}

	/** What a failed call was refused for. */
	private async why(error: AnyJson | undefined): Promise<string> {
		const registry = await this.head.registry;
		const decoded = registry.createType('DispatchError', error) as DispatchError;
		if (!decoded.isModule) return decoded.type;
		const { section, name } = registry.findMetaError(decoded.asModule);
		return `${section}.${name}`;
	}

	/** Events of a block; the runtime that made it is that of its parent. */
	private async eventsOf(block: Block, parent: Block): Promise<ChainEvent[]> {
		const meta = await parent.meta;
		const raw = await block.get(storageKey(meta, 'system', 'events', []).toHex());
		if (raw === undefined) return [];
		const records = meta.registry.createType('Vec<EventRecord>', hexToU8a(raw)) as Vec<EventRecord>;
		return records.map(({ event }) => ({
			section: event.section,
			method: event.method,
			data: Object.fromEntries(
				event.data.map((value, index) => [event.data.names?.[index] ?? `${index}`, value.toJSON()]),
			),
			block: block.number,
		}));
	}

	/** The events of all blocks above that one, oldest first. */
	after(number: number): ChainEvent[] {
		return this.events.filter(({ block }) => block > number);
	}

	/** The call of that name. */
	async call(section: string, method: string, ...args: readonly unknown[]): Promise<Call> {
		const create = (await this.head.meta).tx[section]?.[method];
		if (create === undefined) throw new Error(`${this.name} has no call ${section}.${method}`);
		return create(...args);
	}

	/** A value of the state now, or the default that the runtime has for it. */
	async read(section: string, item: string, ...keys: readonly unknown[]): Promise<Codec | undefined> {
		const meta = await this.head.meta;
		const entry = meta.query[section]?.[item];
		if (entry === undefined) throw new Error(`${this.name} has no storage ${section}.${item}`);
		const key = storageKey(meta, section, item, keys);
		const raw = await this.head.get(key.toHex());
		if (raw !== undefined) return meta.registry.createType(key.outputType, hexToU8a(raw));
		if (entry.meta.modifier.isOptional) return undefined;
		return meta.registry.createType(key.outputType, entry.meta.fallback.toU8a(true));
	}

	/** Bytes of the state now. */
	async raw(key: HexString): Promise<HexString | undefined> {
		return this.head.get(key);
	}

	/** The account that stands for a location here. */
	async accountOf(location: object): Promise<string> {
		const registry = await this.head.registry;
		const argument = registry.createType('XcmVersionedLocation', location).toHex();
		const { result } = await this.head.call('LocationToAccountApi_convert_location', [argument]);
		const [verdict, ...account] = hexToU8a(result);
		if (verdict !== 0) throw new Error(`${this.name} has no account for the location`);
		return u8aToHex(Uint8Array.from(account));
	}

	private async nonce({ address }: KeyringPair): Promise<number> {
		const account = (await this.read('system', 'account', address))?.toJSON() as { nonce: number };
		return account.nonce;
	}

	private async sign(call: Call, signer: KeyringPair, nonce: number): Promise<HexString> {
		const registry = await this.head.registry;
		// Chopsticks makes the first block's hash up, and the runtime knows no other.
		const genesisHash = await this.inner.api.getBlockHash(0);
		if (genesisHash === null) throw new Error(`${this.name} has no first block`);
		const tx = registry.createType('Extrinsic', call);
		tx.sign(signer, {
			blockHash: genesisHash,
			genesisHash,
			nonce,
			// Of the version only the two numbers are signed.
			runtimeVersion: (await this.head.runtimeVersion) as unknown as IRuntimeVersionBase,
			signedExtensions: registry.signedExtensions,
			tip: 0,
		});
		return tx.toHex();
	}

	async close(): Promise<void> {
		await this.inner.close();
	}
}

function storageKey(
	meta: DecoratedMeta,
	section: string,
	item: string,
	keys: readonly unknown[],
): StorageKey {
	const entry = meta.query[section]?.[item];
	if (entry === undefined) throw new Error(`there is no storage ${section}.${item}`);
	return new StorageKey(meta.registry, entry.meta.type.isPlain ? entry : [entry, [...keys]]);
}

/** The root of a block's state, from every entry of it. */
async function stateRoot(block: Block): Promise<HexString> {
	const entries: [HexString, HexString][] = [];
	for (let startKey = '0x'; ; ) {
		const keys = await block.getKeysPaged({ prefix: '0x', startKey, pageSize: 1_000 });
		const last = keys.at(-1);
		if (last === undefined) return calculateStateRoot(entries, 1);
		for (const key of keys) {
			const value = await block.get(key);
			if (value !== undefined) entries.push([key as HexString, value]);
		}
		startKey = last;
	}
}
