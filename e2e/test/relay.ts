/**
 * A node in the place of the relay chain's. To a verifier a relay chain is headers, finality and an
 * entry in the state; any Substrate chain whose governance writes that entry has all three.
 */
import { u8aToHex } from '@polkadot/util';
import type { Chain } from '../src/chain.ts';
import { PBC_ID, registeredKey } from '../src/receipts.ts';
import { wellKnown } from './support.ts';

/** Writes the root that `chain` has at block `number` where the relay chain keeps it. */
export async function registerRoot(relay: Chain, chain: Chain, number: number): Promise<void> {
	const { rpc } = chain.api;
	const { stateRoot } = await rpc.chain.getHeader(await rpc.chain.getBlockHash(number));
	await writeRoot(relay, number, stateRoot.toHex());
}

/** Writes any root. */
export async function writeRoot(relay: Chain, number: number, root: string): Promise<void> {
	const entry = [u8aToHex(registeredKey(PBC_ID, number)), root];
	const call = relay.call('sudo', 'sudo', relay.call('system', 'setStorage', [entry]));
	await relay.send(call, wellKnown('Alice'), { until: 'finalized' });
}
