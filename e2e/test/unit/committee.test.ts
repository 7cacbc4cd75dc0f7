import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { hexToU8a, u8aToHex } from '@polkadot/util';
import { CIPHERTEXT_LEN, encryptToCommittee, type KeyContext } from '../../src/committee.ts';
import { client, withoutClient } from '../committee-client.ts';

// The vector that the Rust crate's tests read too.
const VECTOR = new URL(
	'../../../primitives/committee-keys/vectors/encryption.json',
	import.meta.url,
);
const fill = (byte: number, length = 32) => u8aToHex(new Uint8Array(length).fill(byte));

type Json = Record<string, unknown>;

/** Inputs of the committed vector. `UPDATE_VECTORS=1` writes what they encrypt to. */
const INPUTS = {
	genesis: fill(0x11),
	committee: 7,
	requester: fill(0x22),
	salt: fill(0x33),
	// Twice the base point (RFC 9496, appendix A.1).
	groupKey: '0x6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919',
	dataKey: fill(0x42),
	entropy: u8aToHex(Uint8Array.from({ length: 128 }, (_, i) => i)),
};

const contextOf = (inputs: typeof INPUTS): KeyContext => ({
	genesis: hexToU8a(inputs.genesis),
	committee: inputs.committee,
	requester: hexToU8a(inputs.requester),
	salt: hexToU8a(inputs.salt),
});

describe('committee keys', () => {
	it('are encrypted to as the vector says', () => {
		const { groupKey, dataKey, entropy } = INPUTS;
		const ciphertext = encryptToCommittee(
			contextOf(INPUTS),
			hexToU8a(groupKey),
			hexToU8a(dataKey),
			hexToU8a(entropy),
		);
		assert.equal(ciphertext.length, CIPHERTEXT_LEN);
		const vector = { ...INPUTS, ciphertext: u8aToHex(ciphertext) };
		if (process.env.UPDATE_VECTORS) {
			writeFileSync(VECTOR, `${JSON.stringify(vector, undefined, '\t')}\n`);
		}
		assert.deepEqual(JSON.parse(readFileSync(VECTOR, 'utf8')), vector);
	});

	it('are not encrypted to points that are none', () => {
		const key = hexToU8a(INPUTS.dataKey);
		for (const bad of [fill(0), fill(0xff)]) {
			assert.throws(() => encryptToCommittee(contextOf(INPUTS), hexToU8a(bad), key));
		}
		const group = hexToU8a(INPUTS.groupKey);
		assert.throws(() => encryptToCommittee(contextOf(INPUTS), group, key.subarray(1)), RangeError);
	});

	it('of five members and threshold three open what is encrypted here', { skip: withoutClient }, () => {
		const place = { genesis: INPUTS.genesis, committee: INPUTS.committee, epoch: 1 };
		const size = { members: 5, threshold: 3 };
		const indices = [1, 2, 3, 4, 5];
		const keys = indices.map(() => client('key', {}));
		const seats = keys.map((key) => key.public);
		const dealt = indices.map((dealer) => {
			// Member 4 deals member 2 a share that is masked for nobody.
			const to = dealer === 4 ? seats.with(1, client('key', {}).public) : seats;
			return [dealer, client('deal', { ...place, ...size, dealer, seats: to }).dealing] as const;
		});
		const complaints = dealt.filter(
			([dealer, dealing]) =>
				client('complain', { ...place, dealer, dealing, member: 2, secret: keys[1]!.secret })
					.complaint,
		);
		assert.deepEqual(complaints.map(([dealer]) => dealer), [4]);

		const dealings = dealt.filter(([dealer]) => dealer !== 4);
		const { group } = client('combine', { ...size, dealings });
		const groupKey = group!.slice(0, 66);
		const context = contextOf(INPUTS);
		const dataKey = crypto.getRandomValues(new Uint8Array(32));
		const ciphertext = u8aToHex(encryptToCommittee(context, hexToU8a(groupKey), dataKey));

		const enclave = client('key', {});
		const { requester, salt } = INPUTS;
		const job = { ...place, requester, salt, ciphertext, job: 9, attempt: 1 };
		const release = (member: number, changes: Json = {}) => {
			const { secret } = keys[member - 1]!;
			const { share } = client('share', { ...place, ...size, dealings, member, secret });
			const input = { ...job, groupKey, enclave: enclave.public, share, member, ...changes };
			return [member, client('release', input).partial] as const;
		};
		// Members 1 and 3 are silent.
		const partials = [2, 4, 5].map((member) => release(member));
		const opened = client('decrypt', { ...job, ...size, group, secret: enclave.secret, partials });
		assert.equal(opened.dataKey, u8aToHex(dataKey));
		assert.throws(() => release(2, { requester: fill(0x99) }), /proof does not hold/);
		const few = { ...job, ...size, group, secret: enclave.secret, partials: partials.slice(1) };
		assert.throws(() => client('decrypt', few), /fewer than the threshold/);
	});
});
