import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { hexToU8a } from '@polkadot/util';
import { handovers } from '../../receipt/collect.ts';
import type { Rpc } from '../../receipt/rpc.ts';
import {
	checkJustification,
	follow,
	nextSet,
	readJustification,
	Unfinalised,
} from '../../src/grandpa.ts';
import { headerOf, parseHeader, type HeaderJson, type Hex } from '../../src/headers.ts';
import { parseAuthorities, parseBundle } from '../../src/receipts.ts';
import { by, finalityAnswer, header, lastBlock, setOf, sign } from '../voters.ts';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const real = parseBundle(fixture('receipt.json')).relay;
const realSet = parseAuthorities(fixture('authorities.json'));
const realHeader = headerOf(real.header);
const realSignatures = hexToU8a(real.justification ?? '0x');

const ROOT: Hex = `0x${'11'.repeat(32)}`;
const block = headerOf(header(10, ROOT));
const four = setOf(7, 0, 1, 2, 3, 4);
const check = (justification: Hex, set = four, of = block) =>
	checkJustification(set, of, hexToU8a(justification));

describe('GRANDPA justifications', () => {
	it('of real collators finalise their block', () => {
		assert.deepEqual(checkJustification(realSet, realHeader, realSignatures), { signed: 3, of: 3 });
		assert.equal(readJustification(realSignatures).target, realHeader.hash);
	});

	it('of real collators do not finalise another block, in another set, or with a byte changed', () => {
		const later = parseHeader(hexToU8a(header(realHeader.number, ROOT)));
		assert.throws(() => checkJustification(realSet, later, realSignatures), Unfinalised);
		const other = { ...realSet, setId: realSet.setId + 1 };
		assert.throws(() => checkJustification(other, realHeader, realSignatures), Unfinalised);
		for (let at = 0; at < realSignatures.length; at++) {
			const changed = Uint8Array.from(realSignatures);
			changed[at] = (changed[at] ?? 0) ^ 0x01;
			assert.throws(() => checkJustification(realSet, realHeader, changed), `byte ${at}`);
		}
	});

	it('need more than two thirds', () => {
		assert.deepEqual(check(sign(block, 7, by(1, 2, 3))), { signed: 3, of: 4 });
		assert.throws(() => check(sign(block, 7, by(1, 2))), /2 of 4 authorities signed, 3 are needed/);
		const weighted = {
			...four,
			authorities: four.authorities.map((one, index) => ({ ...one, weight: index === 0 ? 7 : 1 })),
		};
		assert.deepEqual(check(sign(block, 7, by(1)), weighted), { signed: 7, of: 10 });
		assert.throws(() => check(sign(block, 7, by(2, 3, 4)), weighted), Unfinalised);
		assert.throws(() => check(sign(block, 7, []), { ...four, authorities: [] }), Unfinalised);
	});

	it('count nobody twice and no strangers', () => {
		assert.throws(() => check(sign(block, 7, by(1, 1, 1))), Unfinalised);
		assert.throws(() => check(sign(block, 7, by(1, 2, 5, 6))), Unfinalised);
	});

	it('of another set do not count', () => {
		const old = by(1, 2, 3).map((vote) => ({ ...vote, setId: 6 }));
		assert.throws(() => check(sign(block, 7, old)), /not valid/);
	});

	it('may have votes for descendants, with the headers between', () => {
		const child = header(11, block.hash);
		const votes = [...by(1, 2), { by: 3, for: headerOf(child) }];
		assert.deepEqual(check(sign(block, 7, votes, [child])), { signed: 3, of: 4 });
		assert.throws(() => check(sign(block, 7, votes)), /does not descend/);
		const stranger = header(11, ROOT);
		const astray = [...by(1, 2), { by: 3, for: headerOf(stranger) }];
		assert.throws(() => check(sign(block, 7, astray, [stranger])), /does not descend/);
	});
});

describe('sets of authorities', () => {
	const second = setOf(8, 0, 5, 6, 7);
	const third = setOf(9, 0, 8, 9, 10);
	const first = lastBlock(20, four, second, [1, 2, 3, 4]);
	const then = lastBlock(30, second, third, [5, 6, 7]);

	it('are followed from one to the next', () => {
		assert.deepEqual(follow(four, []), four);
		assert.deepEqual(follow(four, [first, then]), { ...third, since: 31 });
	});

	it('are not followed where the old set did not sign', () => {
		assert.throws(() => follow(four, [then]), Unfinalised);
		assert.throws(() => follow(four, [lastBlock(20, four, second, [1, 2])]), Unfinalised);
		assert.throws(() => follow(four, [lastBlock(20, four, second, [5, 6, 7])]), Unfinalised);
	});

	it('are not followed over a block that ends no set, or ends it later', () => {
		const plain = header(20, ROOT);
		const signed = { header: plain, justification: sign(headerOf(plain), 7, by(1, 2, 3)) };
		assert.throws(() => follow(four, [signed]), /does not end set 7/);
		assert.throws(() => nextSet(four, headerOf(header(20, ROOT, second, 2))), /waits/);
	});

	it('are found from a node, up to the one that signed', async () => {
		const head = headerOf(header(40, ROOT));
		const json = new Map<Hex, HeaderJson>();
		for (const [hex, next] of [
			[first.header, second],
			[then.header, third],
		] as const) {
			const { hash, number, parent, stateRoot, consensus } = headerOf(hex);
			const [change] = consensus;
			assert.ok(change !== undefined && next.authorities.length === 3);
			const log = header(0, ROOT, next).slice(2 + 2 * (32 + 1 + 64 + 1));
			const extrinsicsRoot: Hex = `0x${'04'.repeat(32)}`;
			const digest = { logs: [`0x${log}` as Hex] };
			json.set(hash, { parentHash: parent, number: `0x${number.toString(16)}`, stateRoot, extrinsicsRoot, digest });
		}
		const asked: number[] = [];
		const node: Rpc = {
			first: () => Promise.resolve(undefined),
			request: <T>(method: string, ...[what]: readonly unknown[]) => {
				if (method === 'chain_getHeader') return Promise.resolve(json.get(what as Hex) as T);
				assert.equal(method, 'grandpa_proveFinality');
				asked.push(what as number);
				const end = (what as number) <= 20 ? first : (what as number) <= 30 ? then : undefined;
				return Promise.resolve((end === undefined ? null : finalityAnswer(end)) as T);
			},
		};
		const found = await handovers(node, { ...four, since: 5 }, head);
		assert.deepEqual(found, [first, then]);
		assert.deepEqual(asked, [5, 21, 31]);
		assert.deepEqual(follow(four, found).authorities, third.authorities);
		// From the last set there is nowhere to go.
		assert.deepEqual(await handovers(node, { ...third, since: 31 }, head), []);
		// A node that passes off another set's block is found out.
		await assert.rejects(handovers(node, { ...third, since: 5 }, head), Unfinalised);
	});
});
