import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aiKey, divide, HELD_SLASHES, TREASURY } from '../../src/market.ts';

describe('payments', () => {
	it('divide as the pallet does', () => {
		const { fee, royalty, parentRoyalty, provider } = divide(50_000n, 1_000, 2_500);
		assert.deepEqual([fee, royalty, parentRoyalty, provider], [2_500n, 3_750n, 1_250n, 42_500n]);
	});

	it('leave the dust of every rounding to the provider', () => {
		assert.deepEqual(divide(19n, 500, 5_000), {
			fee: 0n,
			royalty: 0n,
			parentRoyalty: 0n,
			provider: 19n,
		});
		for (const gross of [0n, 1n, 20n, 99_999n, 12_300_000_000_861n]) {
			const parts = divide(gross, 1_234, 3_333);
			const sum = parts.fee + parts.royalty + parts.parentRoyalty + parts.provider;
			assert.equal(sum, gross);
		}
	});
});

describe('names', () => {
	it('of accounts without keys', () => {
		assert.equal(TREASURY, '5EYCAe5ijiYfyeZ2JJCGq56LmPyNRAKzpG4QkoQkkQNB5e6Z');
		assert.notEqual(HELD_SLASHES, TREASURY);
	});

	it('of AIs have a type and an identifier', () => {
		assert.match(aiKey('did:etrid:ai:llm:a'), /^0x[0-9a-f]{64}$/);
		assert.notEqual(aiKey('did:etrid:ai:llm:a'), aiKey('did:etrid:ai:vision:a'));
		for (const bad of ['did:etrid:gpu:a', 'did:etrid:ai:llm:', 'did:etrid:ai:robot:a']) {
			assert.throws(() => aiKey(bad), /not the DID of an AI/);
		}
	});
});
