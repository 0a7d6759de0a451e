/** The marks of states: the same shapes as in the reports, drawn so that no font can lack them. */

import React from 'react';

import { Shape, Sign } from './words';

const PIE: Record<1 | 2 | 3, string> = {
  1: 'M8 8V2A6 6 0 0 1 14 8Z',
  2: 'M8 2A6 6 0 0 1 8 14Z',
  3: 'M8 8V2A6 6 0 1 1 2 8Z'
};

function drawn(shape: Shape): JSX.Element {
  switch (shape) {
    case 'dot':
      return <circle cx={8} cy={8} r={2} fill="currentColor" />;
    case 'tick':
      return <path d="M2.5 8.5 6.5 12.5 13.5 4" fill="none" stroke="currentColor" strokeWidth={2} />;
    case 'alert':
      return (
        <>
          <path d="M8 1.5 15 14.5H1Z" fill="none" stroke="currentColor" strokeWidth={1.5} strokeLinejoin="round" />
          <path d="M8 6v4M8 11.6v1.4" stroke="currentColor" strokeWidth={1.6} />
        </>
      );
    case 'dashed':
      return (
        <circle cx={8} cy={8} r={6} fill="none" stroke="currentColor" strokeWidth={1.6} strokeDasharray="2.5 2.2" />
      );
    default:
      return (
        <>
          <circle cx={8} cy={8} r={6} fill={shape === 4 ? 'currentColor' : 'none'} stroke="currentColor" strokeWidth={1.6} />
          {(shape === 1 || shape === 2 || shape === 3) && <path d={PIE[shape]} fill="currentColor" />}
        </>
      );
  }
}

/** A mark with its word; the word is what a screen reader says. */
export function Mark({ sign }: { sign: Sign }): JSX.Element {
  return (
    <span className={`mk-Sign mk-tone-${sign.tone}`}>
      <svg viewBox="0 0 16 16" width={14} height={14} aria-hidden="true" focusable="false">
        {drawn(sign.shape)}
      </svg>
      <span className="mk-Sign-word">{sign.word}</span>
    </span>
  );
}
