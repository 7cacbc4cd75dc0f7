/** Standing offers, which a provider signs off chain and a requester brings to the chain. */
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Registry } from '@polkadot/types/types';
import { stringToU8a, u8aConcat, u8aToHex } from '@polkadot/util';

/** What a provider promises. Field order and types are what is signed. */
export interface Offer {
	readonly gpuDid: string;
	/** Address of the node's owner. */
	readonly owner: string;
	/** Epoch of the node's offers: 0 until the owner cancels all that is signed. */
	readonly epoch: number;
	readonly offerId: number;
	readonly modelDid: string;
	/** Number of the model's version that the node runs. */
	readonly modelVersion: number;
	readonly pricePerToken: bigint;
	readonly minTokens: number;
	readonly maxTokens: number;
	readonly estimatedLatencyMs: number;
	readonly confidential: boolean;
	/** Highest platform fee that the provider accepts, in percent. */
	readonly maxFee: number;
	/** Highest royalty that the provider accepts, in 1/10 000 of the gross payment. */
	readonly maxRoyaltyBps: number;
	/** Address of the only account that may use it; anybody if there is none. */
	readonly requester: string | null;
	/** In ticks of the chain's clock. */
	readonly notBefore: number;
	readonly expiresAt: number;
	readonly maxUses: number;
}

/** An offer and its signature, whose first byte is the kind of key. */
export interface SignedOffer {
	readonly offer: Offer;
	readonly signature: string;
}

/** Names and types of the signed fields, in their order. */
const FIELDS = {
	gpuDid: 'Bytes',
	owner: 'AccountId32',
	epoch: 'u32',
	offerId: 'u64',
	modelDid: 'Bytes',
	modelVersion: 'u32',
	pricePerToken: 'u128',
	minTokens: 'u32',
	maxTokens: 'u32',
	estimatedLatencyMs: 'u32',
	confidential: 'bool',
	maxFee: 'u8',
	maxRoyaltyBps: 'u16',
	requester: 'Option<AccountId32>',
	notBefore: 'u32',
	expiresAt: 'u32',
	maxUses: 'u32',
} as const satisfies Record<keyof Offer, string>;

const OPEN = stringToU8a('<Bytes>ai-compute-pbc/offer/v1');
const CLOSE = stringToU8a('</Bytes>');

/** The offer as an argument of a call: DIDs in hex, so that nobody reads them as encoded. */
export function offerFields(offer: Offer): Record<keyof Offer, unknown> {
	return {
		...offer,
		gpuDid: u8aToHex(stringToU8a(offer.gpuDid)),
		modelDid: u8aToHex(stringToU8a(offer.modelDid)),
	};
}

/** SCALE of an offer. */
export function encodeOffer(registry: Registry, offer: Offer): Uint8Array {
	return registry.createType(JSON.stringify(FIELDS), offerFields(offer)).toU8a();
}

/** The bytes that a provider signs for `offer` on the chain with that genesis. */
export function offerPayload(registry: Registry, genesis: Uint8Array, offer: Offer): Uint8Array {
	return u8aConcat(OPEN, genesis, encodeOffer(registry, offer), CLOSE);
}

/** Signs an offer with the owner's key or the one that the owner has set for the node. */
export function signOffer(
	registry: Registry,
	genesis: Uint8Array,
	pair: KeyringPair,
	offer: Offer,
): SignedOffer {
	const payload = offerPayload(registry, genesis, offer);
	return { offer, signature: u8aToHex(pair.sign(payload, { withType: true })) };
}
