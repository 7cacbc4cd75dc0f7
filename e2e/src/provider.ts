/**
 * The work of the demo's GPU provider: a small text program with a fixed answer for every prompt.
 *
 * It stands where a language model would, and is real: the result and the number of tokens come from
 * the prompt alone, so anybody can repeat the computation and compare hash and count.
 */
import { blake2AsU8a } from '@polkadot/util-crypto';

/** What a provider delivers. */
export interface Inference {
	/** The delivered bytes. */
	readonly bytes: Uint8Array;
	/** The bytes as text. */
	readonly text: string;
	/** `blake2_256` of the bytes. */
	readonly hash: Uint8Array;
	/** Tokens of prompt and result together. */
	readonly tokens: number;
}

/** The prompt leaves no room for a result within the job's token limit. */
export class TokenLimitError extends Error {
	constructor(needed: number, limit: number) {
		super(`the job needs ${needed} tokens and pays at most ${limit}`);
		this.name = 'TokenLimitError';
	}
}

const TOKEN = /[\p{L}\p{N}]{1,4}|[^\p{L}\p{N}\s]/gu;
const PIECE = /\s*(?:[\p{L}\p{N}]{1,4}|[^\p{L}\p{N}\s])/gu;
const WORD = /[\p{L}\p{N}]+/gu;
const SENTENCE = /[^.!?]+[.!?]*/gu;
const INSTRUCTION = /^\s*summari[sz]e in (\d{1,2}) sentences?\s*:\s*/i;
const DEFAULT_SENTENCES = 2;
const SHORTEST_KEYWORD = 4;

/**
 * Counts tokens: each run of letters and digits is cut from its left into pieces of at most four
 * characters, and every piece is a token; every other character is a token of its own, white space
 * is none.
 */
export function countTokens(text: string): number {
	return text.match(TOKEN)?.length ?? 0;
}

/** Cuts a text into pieces of one token each, with the white space before it. They join to the text. */
export function tokensOf(text: string): string[] {
	return text.match(PIECE) ?? [];
}

function words(text: string): string[] {
	return (text.toLowerCase().match(WORD) ?? []).filter((word) => word.length >= SHORTEST_KEYWORD);
}

/**
 * Summarises by extraction: the sentences whose words are the most frequent of the whole text, in
 * their original order. As many as asked for, fewer where `maxTokens` allows no more. Ties go to the
 * earlier sentence.
 */
export function summarise(text: string, sentences: number, maxTokens: number): string {
	const parts = (text.match(SENTENCE) ?? [])
		.map((part) => part.replace(/\s+/g, ' ').trim())
		.filter((part) => words(part).length > 0);
	const frequency = new Map<string, number>();
	for (const word of words(text)) frequency.set(word, (frequency.get(word) ?? 0) + 1);

	// Compared as fractions sum / length, so that no floating point decides.
	const ranked = parts
		.map((part, index) => {
			const list = words(part);
			const sum = list.reduce((total, word) => total + (frequency.get(word) ?? 0), 0);
			return { part, index, sum, length: list.length };
		})
		.sort((a, b) => b.sum * a.length - a.sum * b.length || a.index - b.index);

	const chosen: typeof ranked = [];
	let left = maxTokens;
	for (const candidate of ranked) {
		if (chosen.length === sentences) break;
		const cost = countTokens(candidate.part);
		if (cost > left) continue;
		left -= cost;
		chosen.push(candidate);
	}
	return chosen
		.sort((a, b) => a.index - b.index)
		.map(({ part }) => part)
		.join(' ');
}

/** Runs a prompt of the form `Summarise in N sentences: <text>`; without that beginning, N is 2. */
export function infer(prompt: Uint8Array, maxTokens: number): Inference {
	const asked = new TextDecoder('utf-8', { fatal: true }).decode(prompt);
	const input = countTokens(asked);
	const instruction = INSTRUCTION.exec(asked);
	const sentences = instruction?.[1] === undefined ? DEFAULT_SENTENCES : Number(instruction[1]);
	const text = summarise(asked.slice(instruction?.[0].length ?? 0), sentences, maxTokens - input);
	if (text === '') throw new TokenLimitError(input + 1, maxTokens);
	const bytes = new TextEncoder().encode(text);
	return { bytes, text, hash: blake2AsU8a(bytes, 256), tokens: input + countTokens(text) };
}
