import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { hexToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { collect, knownByNode } from '../../receipt/collect.ts';
import type { Rpc } from '../../receipt/rpc.ts';
import { describeReceipt } from '../../receipt/print.ts';
import { headerOf, type Hex } from '../../src/headers.ts';
import { infer } from '../../src/provider.ts';
import {
	jobKey,
	knownAuthorities,
	knownBlock,
	parseAuthorities,
	parseBundle,
	readJob,
	Refused,
	registeredBlock,
	registeredKey,
	verify,
	type Bundle,
	type Demands,
	type Reason,
} from '../../src/receipts.ts';

// Real evidence: see `fixtures/record.ts`.
const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const bundle = parseBundle(fixture('receipt.json'));
const older = parseBundle(fixture('older.json'));
const authorities = parseAuthorities(fixture('authorities.json'));
const relayHash = headerOf(bundle.relay.header).hash;

/** Where the state root is in the header of a block below 64. */
const ROOT_AT = 33;

const trusted = knownBlock(relayHash);
const check = (what: Bundle, demands: Demands = {}) => verify(what, trusted, demands);
const refused = (reason: Reason) => (error: unknown) => {
	assert.ok(error instanceof Refused, String(error));
	assert.equal(error.reason, reason, error.message);
	return true;
};
const relay = (changes: Partial<Bundle['relay']>): Bundle => ({
	...bundle,
	relay: { ...bundle.relay, ...changes },
});
const chain = (changes: Partial<Bundle['chain']>): Bundle => ({
	...bundle,
	chain: { ...bundle.chain, ...changes },
});

/** The same hex with a bit of one byte changed. */
function flip(hex: Hex, at: number): Hex {
	const data = Uint8Array.from(hexToU8a(hex));
	data[at] = (data[at] ?? 0) ^ 0x01;
	return u8aToHex(data);
}

describe('receipts', () => {
	it('prove how a job ended', () => {
		assert.ok(bundle.block < 64);
		const { record, block, job } = check(bundle);
		assert.equal(job, 0);
		assert.equal(record.status, 'Settled');
		assert.equal(record.rating, 5);
		assert.equal(block.number, bundle.block);
		const prompt = new TextEncoder().encode('Summarise in 1 sentence: Blocks hold jobs. It rains.');
		const { bytes, tokens } = infer(prompt, record.maxTokens);
		check(bundle, { result: bytes, job: 0, notBefore: bundle.block });
		assert.equal(record.delivery?.tokensUsed, tokens);
	});

	it('are told in plain words', () => {
		const text = describeReceipt(check(bundle), true);
		const { record } = check(bundle);
		assert.match(text, /^PROVEN: job 0 was settled \(OnTime\) with result hash 0x[0-9a-f]{64}\.\n/);
		for (const part of [relayHash, record.requester, record.delivery?.resultHash, 'the bytes given']) {
			assert.ok(part !== undefined && text.includes(part), part);
		}
		for (const [status, words] of [
			['Failed', 'failed'],
			['Cancelled', 'was cancelled'],
			['Expired', 'expired'],
		] as const) {
			const receipt = { ...check(bundle), record: { ...record, status } };
			assert.match(describeReceipt(receipt, false), new RegExp(`^PROVEN: job 0 ${words}`));
		}
	});

	it('rest on signatures of authorities, or on a block that is known', () => {
		const { finality } = verify(bundle, knownAuthorities(authorities));
		assert.equal(finality, `is signed by 3 of 3 authorities of set ${authorities.setId}`);
		for (const set of [
			{ ...authorities, setId: authorities.setId + 1 },
			{ ...authorities, authorities: authorities.authorities.map((one) => ({ ...one, key: relayHash })) },
			{ ...authorities, authorities: [] },
		]) {
			assert.throws(() => verify(bundle, knownAuthorities(set)), refused('not finalised'));
		}
		const bare = relay({ justification: null });
		assert.throws(() => verify(bare, knownAuthorities(authorities)), refused('not finalised'));
		const other = knownBlock(`0x${'00'.repeat(32)}`);
		assert.throws(() => verify(bundle, other), refused('not finalised'));
	});

	it('with a root that the relay chain never registered are refused', () => {
		// A made-up root, with a header and a proof that fit it: nobody registered it.
		const { header } = older.chain;
		const forged = { ...bundle, chain: { ...older.chain, header } };
		assert.throws(() => check(forged), refused('tampered'));
		// A header of the right number with another root.
		const changed = flip(bundle.chain.header, ROOT_AT);
		assert.throws(() => check(chain({ header: changed })), refused('not registered'));
		// A block for which the relay chain has nothing: its proof does not lead there.
		assert.throws(() => check({ ...bundle, block: bundle.block + 1 }), refused('tampered'));
	});

	it('whose relay proof shows that nothing is registered are refused', () => {
		// The relay chain's state proves the absence of a root as well.
		const empty = parseBundle(fixture('unregistered.json'));
		assert.throws(() => check(empty), refused('not registered'));
	});

	it('of a state before the end of the job are refused, by the state of the job itself', () => {
		assert.ok(older.block < bundle.block);
		assert.throws(() => check(older), refused('older record'));
	});

	it('of a block before one that is known to concern the job are refused', () => {
		check(bundle, { notBefore: bundle.block });
		assert.throws(() => check(bundle, { notBefore: bundle.block + 1 }), refused('older record'));
	});

	it('of another job or result are refused', () => {
		assert.throws(() => check(bundle, { job: 1 }), refused('no such job'));
		assert.throws(() => check({ ...bundle, job: 1 }), Refused);
		assert.throws(() => check(bundle, { result: Uint8Array.of(1) }), refused('another result'));
	});

	it('are refused with any byte changed', () => {
		const spoiled: Bundle[] = [];
		const parts = (proof: readonly Hex[], put: (proof: Hex[]) => Bundle) => {
			for (const [index, part] of proof.entries()) {
				const length = (part.length - 2) / 2;
				for (let at = 0; at < length; at += Math.max(1, Math.floor(length / 30))) {
					spoiled.push(put(proof.with(index, flip(part, at))));
				}
				spoiled.push(put(proof.toSpliced(index, 1)));
			}
			spoiled.push(put([...proof, '0x0102']));
		};
		parts(bundle.relay.proof, (proof) => relay({ proof }));
		parts(bundle.chain.proof, (proof) => chain({ proof }));
		for (let at = 0; at < (bundle.relay.header.length - 2) / 2; at++) {
			spoiled.push(relay({ header: flip(bundle.relay.header, at) }));
		}
		// Of the block's header number and state root matter, which are between the parent's hash and
		// the extrinsics root.
		for (let at = 32; at < ROOT_AT + 32; at++) {
			spoiled.push(chain({ header: flip(bundle.chain.header, at) }));
		}
		for (const one of spoiled) assert.throws(() => check(one), Refused);
		assert.ok(spoiled.length > 200, `${spoiled.length}`);
	});

	it('are refused where they are not receipts', () => {
		const json = JSON.parse(fixture('receipt.json')) as Record<string, unknown>;
		const bad: unknown[] = [
			[],
			null,
			'receipt',
			{ ...json, format: 'another' },
			{ ...json, version: 2 },
			{ ...json, pbcId: 13 },
			{ ...json, job: -1 },
			{ ...json, job: '0' },
			{ ...json, block: 1.5 },
			{ ...json, relay: undefined },
			{ ...json, chain: { ...(json['chain'] as object), proof: '0x00' } },
			{ ...json, chain: { ...(json['chain'] as object), proof: ['00'] } },
			{ ...json, chain: { ...(json['chain'] as object), header: '0x0' } },
			{ ...json, relay: { ...(json['relay'] as object), handovers: [{}] } },
		];
		for (const value of bad) {
			assert.throws(() => parseBundle(JSON.stringify(value)), refused('malformed'), JSON.stringify(value));
		}
		assert.throws(() => parseBundle('{'), refused('malformed'));
		const set = JSON.parse(fixture('authorities.json')) as Record<string, unknown>;
		for (const value of [
			{ ...set, setId: null },
			{ ...set, authorities: {} },
			{ ...set, authorities: [{ key: '0x00', weight: 1 }] },
			{ ...set, authorities: [{ key: relayHash, weight: -1 }] },
		]) {
			assert.throws(() => parseAuthorities(JSON.stringify(value)), refused('malformed'));
		}
	});

	it('read no record that is laid out in another way', () => {
		for (const layout of [0, 2]) assert.throws(() => readJob(layout, new Uint8Array()), refused('unknown layout'));
		assert.throws(() => readJob(1, new Uint8Array(400)), refused('unknown layout'));
	});
});

describe('keys', () => {
	it('are where the documentation says', () => {
		// twox_128 of the names, blake2_128 and the key itself.
		assert.equal(
			u8aToHex(jobKey(7)).slice(-16),
			'0700000000000000',
		);
		assert.equal(jobKey(7).length, 32 + 16 + 8);
		const key = registeredKey(15, 25_600);
		assert.equal(u8aToHex(key.subarray(48)), '0x0f0064000000000000');
		assert.equal(registeredBlock(15, key), 25_600);
		assert.equal(registeredBlock(13, key), undefined);
		assert.equal(registeredBlock(15, u8aConcat(key, [0])), undefined);
	});
});

describe('evidence of nodes', () => {
	/** Two nodes that answer what is recorded in the fixture. */
	function nodes(changes: Readonly<Record<string, unknown>> = {}): { relay: Rpc; chain: Rpc } {
		const json = (hex: Hex) => {
			const data = hexToU8a(hex);
			const { number } = headerOf(hex);
			const rest = 32 + (number < 64 ? 1 : number < 16_384 ? 2 : 4);
			const part = (at: number) => u8aToHex(data.subarray(at, at + 32));
			// The digest as one item: the bytes are the same again when it is put together.
			const logs = data.subarray(rest + 64);
			const items = (logs[0] ?? 0) >> 2;
			return {
				parentHash: part(0),
				number: `0x${number.toString(16)}`,
				stateRoot: part(rest),
				extrinsicsRoot: part(rest + 32),
				digest: {
					logs: Array.from({ length: items }, (_, index) => (index === 0 ? u8aToHex(logs.subarray(1)) : '0x')),
				},
			};
		};
		const chainHash = headerOf(bundle.chain.header).hash;
		const record = check(bundle);
		const answers: Record<string, unknown> = {
			'relay chain_getFinalizedHead': relayHash,
			'relay chain_getHeader': json(bundle.relay.header),
			'relay grandpa_proveFinality': null,
			'relay state_getKeysPaged': [u8aToHex(registeredKey(15, bundle.block)), u8aToHex(registeredKey(13, 9_999))],
			'relay state_getReadProof': { proof: bundle.relay.proof },
			'relay chain_getBlockHash': relayHash,
			'chain chain_getBlockHash': chainHash,
			'chain chain_getHeader': json(bundle.chain.header),
			'chain state_getReadProof': { proof: bundle.chain.proof },
			...changes,
		};
		const node = (name: 'relay' | 'chain'): Rpc => ({
			first: () => Promise.resolve(undefined),
			request: <T>(method: string, ...params: readonly unknown[]): Promise<T> => {
				if (`${name} ${method}` in answers) {
					const answer = answers[`${name} ${method}`];
					return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer as T);
				}
				if (method === 'state_getStorage') {
					const at = params[0] === u8aToHex(jobKey(0)) ? stored : '0x0100';
					return Promise.resolve(at as T);
				}
				return Promise.reject(new Error(`${name} does not know ${method}`));
			},
		});
		assert.equal(record.block.hash, chainHash);
		return { relay: node('relay'), chain: node('chain') };
	}
	const stored = (JSON.parse(fixture('read-proofs.json')) as { name: string; value: string }[]).find(
		({ name }) => name === 'a record',
	)?.value;

	it('are put together and judged', async () => {
		const { relay, chain } = nodes();
		const found = await collect(relay, chain, { job: 0 });
		assert.deepEqual(found, { ...bundle, relay: { ...bundle.relay, justification: null } });
		const { finality } = verify(found, await knownByNode(relay, 'the node', found));
		assert.equal(finality, 'is final, says the node');
	});

	it('are refused where a node lies', async () => {
		const { relay, chain } = nodes({ 'chain chain_getBlockHash': relayHash });
		await assert.rejects(collect(relay, chain, { job: 0 }), refused('tampered'));
		const forked = nodes({ 'relay chain_getBlockHash': `0x${'00'.repeat(32)}` });
		const trust = await knownByNode(forked.relay, 'the node', bundle);
		assert.throws(() => verify(bundle, trust), refused('not finalised'));
	});

	it('are said to be missing where they are', async () => {
		const wanted = { job: 0 };
		for (const [changes, message] of [
			[{ 'relay state_getKeysPaged': [] }, /shows no root for block 0 or later: none yet/],
			[{ 'chain state_getStorage': new Error('State already discarded for 0x') }, /archive-canonical/],
			[{ 'chain chain_getBlockHash': null }, /the node has no block/],
		] as const) {
			const { relay, chain } = nodes(changes);
			await assert.rejects(collect(relay, chain, wanted), { message });
		}
		const { relay, chain } = nodes();
		const later = collect(relay, chain, { job: 0, notBefore: bundle.block + 1 });
		const message = /shows no root for block \d+ or later: its last one is for block \d+/;
		await assert.rejects(later, { message });
	});
});
