/** The genesis of a chain spec: the runtime's own wasm makes the state, as it does in a node. */
import { readFileSync } from 'node:fs';
import { GenesisProvider, calculateStateRoot, emptyTaskHandler, runTask } from '@acala-network/chopsticks-core';
import { TypeRegistry } from '@polkadot/types';
import {
	bnToU8a,
	compactAddLength,
	compactStripLength,
	hexToU8a,
	stringToU8a,
	u8aToHex,
	u8aToString,
} from '@polkadot/util';
import type { HexString } from '@polkadot/util/types';

const CODE_KEY = '0x3a636f6465';
/** `twox_128("Timestamp") ++ twox_128("Now")` */
const TIME_KEY = '0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb';
/** Root of a trie without entries: a genesis has no transactions. */
const EMPTY_ROOT = '0x03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314';

/** When the chains begin, in milliseconds: the start of a slot. */
const START = Date.UTC(2026, 0, 1);

type Json = { readonly [name: string]: unknown };

/** A chain spec whose genesis is a patch of the runtime's default one. */
export interface Spec {
	readonly name: string;
	readonly id: string;
	readonly properties: Json;
	readonly genesis: { readonly runtimeGenesis: { readonly code: HexString; readonly patch: Json } };
}

/** The first block of a chain, and what Chopsticks needs to go on from it. */
export interface Genesis {
	readonly provider: GenesisProvider;
	readonly code: HexString;
	/** Its header, as the relay chain keeps it. */
	readonly header: HexString;
}

export function readSpec(file: string): Spec {
	const spec = JSON.parse(readFileSync(file, 'utf8')) as Spec;
	if (spec.genesis?.runtimeGenesis?.patch === undefined) {
		throw new Error(`${file} has no genesis patch: a raw spec is of no use here`);
	}
	return spec;
}

const isObject = (value: unknown): value is Json =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** Puts `patch` on top of `base`, object by object. */
function merge(base: unknown, patch: unknown): unknown {
	if (!isObject(base) || !isObject(patch)) return patch;
	const merged: Record<string, unknown> = { ...base };
	for (const [name, value] of Object.entries(patch)) merged[name] = merge(base[name], value);
	return merged;
}

/** Makes the genesis of a spec, with changes to its patch. */
export async function genesisOf(spec: Spec, changes: Json): Promise<Genesis> {
	const { code, patch } = spec.genesis.runtimeGenesis;
	const nothing = async () => undefined;
	const call = async (method: string, argument: HexString) => {
		const response = await runTask(
			{
				wasm: code,
				calls: [[method, [argument]]],
				mockSignatureHost: false,
				allowUnresolvedImports: false,
				runtimeLogLevel: 0,
			},
			{ ...emptyTaskHandler, getStorage: nothing, getNextKey: nothing },
		);
		if ('Error' in response) throw new Error(`${method}: ${response.Error}`);
		return response.Call;
	};

	// No name: the default genesis.
	const preset = hexToU8a((await call('GenesisBuilder_get_preset', '0x00')).result);
	if (preset[0] !== 1) throw new Error(`${spec.id} has no default genesis`);
	const [, base] = compactStripLength(preset.subarray(1));
	const config = merge(merge(JSON.parse(u8aToString(base)), patch), changes);
	const argument = u8aToHex(compactAddLength(stringToU8a(JSON.stringify(config))));
	const { result, storageDiff } = await call('GenesisBuilder_build_state', argument);
	const [verdict, ...reason] = hexToU8a(result);
	if (verdict !== 0) {
		throw new Error(`${spec.id}: ${u8aToString(compactStripLength(Uint8Array.from(reason))[1])}`);
	}
	const entries: [HexString, HexString][] = [[CODE_KEY, code]];
	for (const [key, value] of storageDiff) if (value !== null) entries.push([key, value]);
	const { name, id, properties } = spec;
	// Chopsticks looks at the machine's clock twice where the genesis has no time, and makes no block if
	// a slot ends in between. The first block overwrites it. The next key is the next in the order given.
	const state = [...entries, [TIME_KEY, u8aToHex(bnToU8a(START, { bitLength: 64 }))] as const];
	state.sort(([one], [other]) => (one < other ? -1 : 1));
	const provider = new GenesisProvider({
		...{ name, id, properties },
		genesis: { raw: { top: Object.fromEntries(state) } },
	});
	const header = new TypeRegistry().createType('Header', {
		parentHash: new Uint8Array(32),
		number: 0,
		stateRoot: await calculateStateRoot(entries, 1),
		extrinsicsRoot: EMPTY_ROOT,
		digest: { logs: [] },
	});
	return { provider, code, header: header.toHex() };
}
