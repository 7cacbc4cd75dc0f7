import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Keyring } from '@polkadot/api';
import { TypeRegistry } from '@polkadot/types';
import { hexToU8a, u8aToHex } from '@polkadot/util';
import { signatureVerify } from '@polkadot/util-crypto';
import { offerPayload, signOffer, type Offer } from '../../src/offers.ts';

// The vectors that the pallet's tests read too.
const PAGE = readFileSync(new URL('../../../docs/offers.md', import.meta.url), 'utf8');
const GENESIS = hexToU8a(`0x${'11'.repeat(32)}`);
const registry = new TypeRegistry();

/** The vector of a kind of key, by the names of its rows. */
function vector(kind: string): Record<string, `0x${string}`> {
	const section = PAGE.split(`### ${kind}\n`)[1]?.split('\n### ')[0] ?? '';
	const rows = [...section.matchAll(/^\| (\w+) \| `(0x[0-9a-f]+)` \|$/gm)];
	return Object.fromEntries(rows.map(([, name, value]) => [name, value]));
}

const offerOf = (owner: string): Offer => ({
	gpuDid: 'did:etrid:gpu:vector',
	owner,
	epoch: 2,
	offerId: 7,
	modelDid: 'did:etrid:ai:llm:llama-3-70b',
	modelVersion: 3,
	pricePerToken: 50_000_000_000n,
	minTokens: 16,
	maxTokens: 4_096,
	estimatedLatencyMs: 60_000,
	confidential: false,
	maxFee: 5,
	maxRoyaltyBps: 1_000,
	requester: `0x${'22'.repeat(32)}`,
	notBefore: 100,
	expiresAt: 14_500,
	maxUses: 20,
});

describe('offers', () => {
	for (const kind of ['ed25519', 'sr25519', 'ecdsa'] as const) {
		it(`are encoded and signed with ${kind} as the documentation's vector says`, () => {
			const { seed, owner, payload, signature } = vector(kind);
			assert.ok(seed && owner && payload && signature, 'the page has the vector');
			const pair = new Keyring({ type: kind }).addFromSeed(hexToU8a(seed));
			assert.equal(u8aToHex(pair.addressRaw), owner);

			const offer = offerOf(pair.address);
			assert.equal(u8aToHex(offerPayload(registry, GENESIS, offer)), payload);
			const signed = signOffer(registry, GENESIS, pair, offer).signature;
			assert.equal(signed.slice(0, 4), signature.slice(0, 4), 'the kind of key comes first');
			// Signatures of sr25519 have randomness in them.
			if (kind !== 'sr25519') assert.equal(signed, signature);
			for (const one of [signed, signature]) {
				assert.ok(signatureVerify(payload, one, pair.address).isValid);
			}
		});
	}

	it('differ for each field and each chain', () => {
		const pair = new Keyring({ type: 'sr25519' }).addFromSeed(new Uint8Array(32).fill(2));
		const offer = offerOf(pair.address);
		const payload = (changes: Partial<Offer>, genesis = GENESIS) =>
			u8aToHex(offerPayload(registry, genesis, { ...offer, ...changes }));
		const changed = new Set([payload({}), payload({}, new Uint8Array(32))]);
		const others: Partial<Offer>[] = [
			{ gpuDid: 'did:etrid:gpu:other' },
			{ owner: `0x${'33'.repeat(32)}` },
			{ epoch: 3 },
			{ offerId: 8 },
			{ modelDid: 'did:etrid:ai:llm:other' },
			{ modelVersion: 4 },
			{ pricePerToken: 1n },
			{ minTokens: 17 },
			{ maxTokens: 4_097 },
			{ estimatedLatencyMs: 60_001 },
			{ confidential: true },
			{ maxFee: 6 },
			{ maxRoyaltyBps: 1_001 },
			{ requester: null },
			{ notBefore: 101 },
			{ expiresAt: 14_501 },
			{ maxUses: 21 },
		];
		assert.deepEqual(others.flatMap(Object.keys).sort(), Object.keys(offer).sort());
		for (const other of others) changed.add(payload(other));
		assert.equal(changed.size, others.length + 2);
	});
});
