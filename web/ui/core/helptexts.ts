// This file holds the words of the help: the filter's examples, how a sign-in
// goes, what the signs mean. The sections of the protocol are those of the IETF
// draft draft-movva-msn-messenger-protocol-00 (1999).

/** Filters to try, and what they find. */
export const EXAMPLES: [q: string, words: string][] = [
  ['cmd:MSG from:alice@hotmail.com text:"hello"', "alice's chat lines with hello"],
  ['status>=200 dir:s2c', 'error answers'],
  ['-cmd:(PNG, QNG) -is:typing', 'no keep-alives, no typing'],
  ['lat>200ms or is:unanswered', 'slow or no answer'],
  ['acc:bob* time:20:14..20:31 conn:sb', "bob's switchboard traffic in a range of time"],
  ['text~/\\b\\d{3}-\\d{4}\\b/', 'a regular expression in chat text'],
  ['hex:"0d 0a 0d 0a"', 'bytes'],
  ['header.content-type:text/x-*', 'a MIME header'],
  ['size:1k..4k', 'a range of sizes'],
  ['font:"Comic Sans MS"', 'the font of a message'],
  ['is:edited or is:dropped or is:injected', 'what the proxy changed'],
  ['is:marked or has:note', 'what you marked or wrote a note on'],
  ['is:warning', 'where a rule of the protocol is broken'],
];

export const OPERATORS: [sign: string, words: string][] = [
  [
    ':',
    'friendly: names equal whatever their case, with * for anything; texts contain; accounts with or without their domain',
  ],
  ['=  !=', 'exactly, or not'],
  ['>  >=  <  <=', 'numbers, sizes (4k, 1M), spans (50ms, 2s), times (20:14, 2001-11-05, -5m)'],
  ['a..b', 'from a to b'],
  ['~  !~', 'a regular expression (RE2), or not'],
  ['(a, b)', 'any of these values'],
  ['blank, and', 'both'],
  ['or  |', 'one or the other'],
  ['-  not  !', 'not'],
  ['a word alone', 'in the summary, the text or the raw bytes'],
];

/** A step of a sign-in: who speaks on which connection, an example, why. */
export const SIGN_IN: [where: string, line: string, words: string][] = [
  [
    'client → DS',
    'VER 1 MSNP7 MSNP6 CVR0',
    'Dialects the client speaks, best first. The server repeats the one that is spoken from now on (7.1).',
  ],
  ['client → DS', 'INF 2', 'Asks how to sign in; the answer names a package, MD5 (7.2).'],
  [
    'client → DS',
    'USR 3 MD5 I alice@hotmail.com',
    'The account. A dispatch server does not go on: it answers with XFR (7.3, 7.4).',
  ],
  [
    'DS → client',
    'XFR 3 NS 64.4.13.58:1863 0 64.4.12.132:1863',
    'Go to this notification server. The client closes the connection and begins anew there. A proxy puts its own address in this place.',
  ],
  [
    'client → NS',
    'VER, INF, USR … I',
    'The same again. The server answers USR with a challenge: USR 6 MD5 S 1013928519.693957190.',
  ],
  [
    'client → NS',
    'USR 7 MD5 S e9ea2e40…',
    'MD5 of challenge and password, in hex: the password itself is never sent (7.3).',
  ],
  [
    'NS → client',
    'USR 7 OK alice@hotmail.com Alice',
    'Signed in, with the friendly name. Error 911 otherwise.',
  ],
  [
    'client → NS',
    'SYN 8 0',
    'Asks for the lists as of a version. Settings (GTC, BLP), phone numbers (PRP), groups (LSG) and lists (LST) follow (7.5).',
  ],
  [
    'client → NS',
    'CHG 9 NLN',
    'Online. Each contact who is online comes as an ILN; later changes as NLN and FLN (7.7).',
  ],
  [
    'client → NS',
    'XFR 10 SB',
    'Wants to chat. The answer names a switchboard and a ticket, which is good once (8.1).',
  ],
  [
    'client → SB',
    'USR 1 alice@hotmail.com ticket',
    'A new connection, with the ticket. Then CAL invites: the server answers with a session id (8.2, 8.3).',
  ],
  [
    'NS → other client',
    'RNG 11742066 64.4.13.201:1863 CKI ticket alice@hotmail.com Alice',
    'The invitation reaches the other one, who connects to the same switchboard with ANS; both see who is there (IRO, JOI) (8.4, 8.5).',
  ],
  [
    'client → SB',
    'MSG 4 N 133',
    'What is said: 133 bytes of MIME follow the line. N: tell me only if it fails; A: acknowledge (8.7).',
  ],
  ['client → SB', 'OUT', 'Leaves. The others see BYE (8.6).'],
  ['both', 'PNG, QNG', 'Now and then the client asks whether the server is there still (wiki PNG).'],
  [
    'NS → client',
    'CHL 0 15570131571988941333',
    'The server asks for a proof that the client is a known program; QRY answers with an MD5 (wiki CHL).',
  ],
];

/** Categories of commands: their colour's name, and which they are. */
export const CATEGORIES: [name: string, words: string][] = [
  ['auth', 'signing in: VER INF CVR USR CHL QRY'],
  ['presence', 'presence: CHG ILN NLN FLN'],
  ['lists', 'contacts, groups, settings: SYN LST LSG ADD REM REA GTC BLP PRP'],
  ['chat', 'chats: MSG ACK NAK CAL JOI RNG ANS IRO BYE'],
  ['control', 'transfer and control: XFR PNG QNG OUT URL; notes of the proxy, in italics'],
  ['error', 'error replies'],
];

export const SIGNS: [sign: string, words: string][] = [
  ['C ▶', 'from the client to the server'],
  ['◀ S', 'from the server to the client'],
  ['◆', 'a note of the proxy: opened, closed, refused'],
  ['✎', 'rewritten or edited by the proxy: other bytes were delivered'],
  ['✕', 'dropped by the proxy'],
  ['＋', 'injected by the proxy'],
  ['⏸', 'held by the proxy'],
  ['!', 'an error reply'],
  ['⚠', 'a rule of the protocol is broken'],
  ['?', 'a command nobody knows'],
  ['⋯', 'packets are missing from the capture'],
  ['…', 'a piece of a command'],
  ['★', 'marked by you, in the colour of the mark'],
  ['¶', 'has a note of yours'],
];
