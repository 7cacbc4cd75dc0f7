/** Authorities with known keys, and what they sign. */
import { compactToU8a, hexToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { ed25519 } from '@noble/curves/ed25519.js';
import type { AuthoritySet, Finalised } from '../src/grandpa.ts';
import { headerOf, type Header, type Hex } from '../src/headers.ts';

const le = (value: number, bytes: number) => {
	const data = new Uint8Array(bytes);
	for (let at = 0; at < bytes; at++) data[at] = Math.floor(value / 2 ** (8 * at)) & 255;
	return data;
};

/** A voter by number. */
const voter = (id: number) => {
	const secret = new Uint8Array(32).fill(id);
	return { secret, key: u8aToHex(ed25519.getPublicKey(secret)) };
};
export const setOf = (setId: number, since: number, ...ids: readonly number[]): AuthoritySet => ({
	setId,
	since,
	authorities: ids.map((id) => ({ key: voter(id).key, weight: 1 })),
});

/** An encoded header. The digest is a change of authorities, or nothing. */
export function header(number: number, parent: Hex, next?: AuthoritySet, delay = 0): Hex {
	const log =
		next === undefined
			? []
			: [
					u8aConcat(
						[1],
						compactToU8a(next.authorities.length),
						...next.authorities.flatMap(({ key, weight }) => [hexToU8a(key), le(weight, 8)]),
						le(delay, 4),
					),
				];
	return u8aToHex(
		u8aConcat(
			hexToU8a(parent),
			compactToU8a(number),
			new Uint8Array(32).fill(3),
			new Uint8Array(32).fill(4),
			compactToU8a(log.length),
			...log.flatMap((data) => [[4], new TextEncoder().encode('FRNK'), compactToU8a(data.length), data]),
		),
	);
}

export interface Vote {
	readonly by: number;
	readonly for?: Header;
	readonly setId?: number;
}

/** Signatures under a block. */
export function sign(target: Header, setId: number, votes: readonly Vote[], ancestries: readonly Hex[] = []): Hex {
	const round = 5;
	const signed = votes.map((vote) => {
		const block = vote.for ?? target;
		const message = u8aConcat(
			[1],
			hexToU8a(block.hash),
			le(block.number, 4),
			le(round, 8),
			le(vote.setId ?? setId, 8),
		);
		const { secret, key } = voter(vote.by);
		const signature = ed25519.sign(message, secret);
		return u8aConcat(hexToU8a(block.hash), le(block.number, 4), signature, hexToU8a(key));
	});
	return u8aToHex(
		u8aConcat(
			le(round, 8),
			hexToU8a(target.hash),
			le(target.number, 4),
			compactToU8a(signed.length),
			...signed,
			compactToU8a(ancestries.length),
			...ancestries.map((one) => hexToU8a(one)),
		),
	);
}

/** A vote of each of these. */
export const by = (...ids: readonly number[]): Vote[] => ids.map((id) => ({ by: id }));

/** The last block of a set, signed by some of it. */
export function lastBlock(
	number: number,
	set: AuthoritySet,
	next: AuthoritySet,
	ids: readonly number[],
): Finalised {
	const hex = header(number, `0x${'11'.repeat(32)}`, next);
	return { header: hex, justification: sign(headerOf(hex), set.setId, by(...ids)) };
}

/** What `grandpa_proveFinality` answers. */
export function finalityAnswer({ header: hex, justification }: Finalised): Hex {
	const bytes = hexToU8a(justification);
	return u8aToHex(u8aConcat(hexToU8a(headerOf(hex).hash), compactToU8a(bytes.length), bytes, [0]));
}
