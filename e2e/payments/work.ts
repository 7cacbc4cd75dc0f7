/** Work that is long enough to be paid by the token, and that anybody can repeat. */
import { readFileSync } from 'node:fs';
import { infer, tokensOf } from '../src/provider.ts';

/** What the work is: a text and how often it is to be summarised. */
export interface Work {
	readonly text: string;
	/** Tokens after which it is done. */
	readonly tokens: number;
}

const HEAD = /^Summarise again and again, (\d{1,6}) tokens in all: /;
/** Most sentences that a summary can be asked to have. */
const MOST_SENTENCES = 99;
const ENOUGH = Number.MAX_SAFE_INTEGER;

/** The prompt of a job that is work of this kind. */
export const promptOf = ({ text, tokens }: Work): Uint8Array =>
	new TextEncoder().encode(`Summarise again and again, ${tokens} tokens in all: ${text}`);

/** Reads such a prompt. */
export function workOf(prompt: Uint8Array): Work {
	const asked = new TextDecoder('utf-8', { fatal: true }).decode(prompt);
	const head = HEAD.exec(asked);
	if (head?.[1] === undefined) throw new Error('the prompt is of another kind');
	return { text: asked.slice(head[0].length), tokens: Number(head[1]) };
}

/**
 * Does the work: the demo's provider summarises the text in one sentence, in two, and so on, and
 * from one again. Each summary is computed when its first token is asked for. The pieces join to the
 * result, a line for each summary.
 */
export function* tokensOfWork({ text, tokens }: Work): Generator<string> {
	let left = tokens;
	for (let sentences = 1; left > 0; sentences = (sentences % MOST_SENTENCES) + 1) {
		const order = new TextEncoder().encode(`Summarise in ${sentences} sentences: ${text}`);
		const summary = infer(order, ENOUGH).text;
		const before = left === tokens ? '' : '\n';
		for (const piece of tokensOf(before + summary).slice(0, left)) {
			yield piece;
			left -= 1;
		}
	}
}

const PAGES = ['marketplace', 'offers', 'models', 'reputation', 'identity'];
/** Room for the beginning of the prompt, and for letters of two bytes. */
const LONGEST = 9_600;

/** The prose of this project's documentation: as much as fits into a prompt. */
export function longText(): string {
	const prose = PAGES.map((page) => {
		const text = readFileSync(new URL(`../../docs/${page}.md`, import.meta.url), 'utf8');
		return text
			.replace(/^```[^]*?^```/gm, '')
			.split('\n')
			.filter((line) => /^[A-Z]/.test(line))
			.join(' ')
			.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
			.replace(/`[^`]*\/[^`]*`/g, 'a file')
			.replace(/[`*]/g, '');
	}).join(' ');
	const bytes = Buffer.from(prose, 'utf8').subarray(0, LONGEST);
	return new TextDecoder().decode(bytes).replace(/\ufffd*$/, '');
}
