import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { u8aToHex } from '@polkadot/util';
import { countTokens, infer, summarise, TokenLimitError } from '../../src/provider.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

const TEXT =
	'Collators make blocks. Blocks hold jobs, and jobs hold prompts. ' +
	'The weather was fine that day! Blocks with jobs pay collators.';

describe('tokenizer', () => {
	it('cuts words into pieces of four', () => {
		assert.equal(countTokens('one'), 1);
		assert.equal(countTokens('four'), 1);
		assert.equal(countTokens('fiver'), 2);
		assert.equal(countTokens('eighteen8'), 3);
	});

	it('counts each sign and no white space', () => {
		assert.equal(countTokens(''), 0);
		assert.equal(countTokens(' \t\n'), 0);
		assert.equal(countTokens('a, b.'), 4);
		assert.equal(countTokens('…€'), 2);
	});

	it('knows letters of every script', () => {
		assert.equal(countTokens('Ëtrid'), 2);
		assert.equal(countTokens('計算'), 1);
	});
});

describe('summary', () => {
	it('takes the sentences of the most frequent words in their order', () => {
		const expected = 'Blocks hold jobs, and jobs hold prompts. Blocks with jobs pay collators.';
		assert.equal(summarise(TEXT, 2, 1_000), expected);
	});

	it('follows the text', () => {
		const other = TEXT.replaceAll('jobs', 'weather').replaceAll('locks', 'rain');
		assert.notEqual(summarise(other, 1, 1_000), summarise(TEXT, 1, 1_000));
	});

	it('gives all there is when more is asked', () => {
		assert.equal(summarise(TEXT, 9, 1_000), TEXT);
	});

	it('stays within its tokens', () => {
		for (let limit = 0; limit < 60; limit++) {
			assert.ok(countTokens(summarise(TEXT, 4, limit)) <= limit, `limit ${limit}`);
		}
		assert.equal(summarise(TEXT, 4, 3), '');
	});
});

describe('inference', () => {
	it('answers the same for the same prompt, with hash and count of what it delivers', () => {
		const prompt = `Summarise in 1 sentence: ${TEXT}`;
		const first = infer(bytes(prompt), 500);
		assert.deepEqual(infer(bytes(prompt), 500), first);
		assert.equal(first.text, 'Blocks hold jobs, and jobs hold prompts.');
		assert.equal(first.tokens, countTokens(prompt) + countTokens(first.text));
		assert.deepEqual(first.bytes, bytes(first.text));
		assert.equal(
			u8aToHex(infer(bytes('Summarise in 1 sentence: Blocks hold jobs, and jobs hold prompts.'), 500).hash),
			u8aToHex(first.hash),
		);
	});

	it('reads the number of sentences, and takes two without one', () => {
		assert.equal(infer(bytes(`Summarise in 4 sentences: ${TEXT}`), 500).text, TEXT);
		assert.equal(infer(bytes(TEXT), 500).text, summarise(TEXT, 2, 500));
	});

	it('never counts more than the job pays, and refuses what cannot fit', () => {
		const prompt = bytes(`Summarise in 4 sentences: ${TEXT}`);
		const full = infer(prompt, 500).tokens;
		assert.ok(infer(prompt, full - 1).tokens < full);
		assert.throws(() => infer(prompt, 10), TokenLimitError);
		assert.throws(() => infer(bytes(''), 10), TokenLimitError);
	});

	it('refuses bytes that are no text', () => {
		assert.throws(() => infer(Uint8Array.of(0xff, 0xfe), 10), TypeError);
	});
});
