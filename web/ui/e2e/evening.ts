// This file is an evening of 2001 as a capture, with a question in every part
// of it: a sign-in that failed, one that worked, a chat with three people, a
// file, and a second sign-in that went a little differently.
import { join } from 'node:path';
import type { Lab, Running } from './lab';
import { Capture, fileBlocks, invitation, spoken, withPayload, type Conversation } from './pcap';

export const photo = Buffer.from(
  Array.from({ length: 9000 }, (_, i) => (i * 7919 + (i >> 5) * 31) & 255), // no text, no pattern
);

const NS = '64.4.12.132:1863';
const SB = '64.4.13.201:1863';
const OUR = '64.4.13.58:1863';

/** How a client comes to a notification server. */
function signIn(cap: Capture, from: string, who: string, name: string, version = 'MSNP7'): Conversation {
  cap
    .connect(from, OUR)
    .c(`VER 1 ${version} CVR0`)
    .s(`VER 1 ${version} CVR0`)
    .c('INF 2')
    .s('INF 2 MD5')
    .c(`USR 3 MD5 I ${who}`)
    .s(`XFR 3 NS ${NS} 0`)
    .end();
  const ns = cap.connect(from, NS);
  ns.c(`VER 4 ${version} CVR0`).s(`VER 4 ${version} CVR0`).c('INF 5').s('INF 5 MD5');
  ns.c(`USR 6 MD5 I ${who}`)
    .s('USR 6 MD5 S 1013928519.693957190')
    .c('USR 7 MD5 S 7f919fab309532df353c901430df36fa');
  if (name) ns.s(`USR 7 OK ${who} ${name} 1`);
  return ns;
}

function lists(ns: Conversation, serial: number): void {
  ns.c('SYN 8 0').s(`SYN 8 ${serial}`, `GTC 8 ${serial} A`, `BLP 8 ${serial} AL`);
  ns.s(`LSG 8 ${serial} 1 2 0 Other%20Contacts 0`, `LSG 8 ${serial} 2 2 1 Friends 0`);
  ns.s(`LST 8 FL ${serial} 1 2 bob@hotmail.com Bob 1`, `LST 8 FL ${serial} 2 2 carol@hotmail.com Carol 1`);
  ns.s(`LST 8 AL ${serial} 1 2 bob@hotmail.com Bob`, `LST 8 AL ${serial} 2 2 carol@hotmail.com Carol`);
  ns.s(`LST 8 BL ${serial} 0 0`);
  ns.s(`LST 8 RL ${serial} 1 2 bob@hotmail.com Bob`, `LST 8 RL ${serial} 2 2 carol@hotmail.com Carol`);
}

function evening(path: string): void {
  const cap = new Capture();
  const ns = signIn(cap.at('20:10:00'), '10.0.0.9', 'alice@hotmail.com', 'Alice');
  lists(ns, 17);
  ns.c('CHG 9 NLN').s('CHG 9 NLN', 'ILN 9 NLN bob@hotmail.com Bob', 'ILN 9 BSY carol@hotmail.com Carol');

  // Dave has forgotten his password.
  const dave = signIn(cap.at('20:11:00'), '10.0.0.12', 'dave@hotmail.com', '');
  dave.s('911 7').end();

  cap.at('20:12:30');
  ns.s('NLN AWY bob@hotmail.com Bob');
  cap.at('20:14:10');
  ns.s('FLN carol@hotmail.com');
  cap.at('20:15:40'); // after the moment that is asked for
  ns.s('NLN NLN bob@hotmail.com Bob', 'NLN NLN carol@hotmail.com Carol');

  cap.at('20:16:00');
  ns.c('XFR 10 SB').s(`XFR 10 SB ${SB} CKI 17262740.1050826919.32308`);
  const chat = cap.connect('10.0.0.9', SB);
  chat.c('USR 1 alice@hotmail.com 17262740.1050826919.32308').s('USR 1 OK alice@hotmail.com Alice');
  chat.c('CAL 2 bob@hotmail.com').s('CAL 2 RINGING 11752013', 'JOI bob@hotmail.com Bob');
  chat.c('CAL 3 carol@hotmail.com').s('CAL 3 RINGING 11752013', 'JOI carol@hotmail.com Carol');
  chat.c(withPayload('MSG 4 A', spoken('shall we go to the cinema?'))).s('ACK 4');
  cap.at('20:16:20');
  chat.s(
    withPayload(
      'MSG bob@hotmail.com Bob',
      spoken('only if there is popcorn', 'FN=Comic%20Sans%20MS; EF=B; CO=ff; CS=0; PF=42'),
    ),
  );
  cap.at('20:17:05');
  chat.s(withPayload('MSG carol@hotmail.com Carol', spoken('I have to go, see you tomorrow')));
  cap.at('20:18:33');
  chat.s('BYE carol@hotmail.com');

  // Bob sends a photo.
  cap.at('20:19:00');
  const offer = {
    'Application-Name': 'File Transfer',
    'Application-GUID': '{5D3E02AB-6190-11d3-BBBB-00C04F795683}',
  };
  chat.s(
    withPayload(
      'MSG bob@hotmail.com Bob',
      invitation({
        ...offer,
        'Invitation-Command': 'INVITE',
        'Invitation-Cookie': 33267,
        'Application-File': 'beach.jpg',
        'Application-FileSize': photo.length,
        Connectivity: 'N',
      }),
    ),
  );
  const accept = {
    'Invitation-Command': 'ACCEPT',
    'Invitation-Cookie': 33267,
    'Launch-Application': 'FALSE',
    'Request-Data': 'IP-Address:',
  };
  chat.c(withPayload('MSG 5 N', invitation(accept)));
  chat.s(
    withPayload(
      'MSG bob@hotmail.com Bob',
      invitation({ ...accept, 'IP-Address': '10.0.0.10', Port: 6891, AuthCookie: 93301 }),
    ),
  );
  const ft = cap.connect('10.0.0.9', '10.0.0.10:6891');
  ft.c('VER MSNFTP').s('VER MSNFTP').c('USR alice@hotmail.com 93301').s(`FIL ${photo.length}`).c('TFR');
  ft.s(fileBlocks(photo)).c('BYE 16777989').end();
  cap.at('20:22:00');
  chat.c('OUT').end();

  cap.at('20:25:00');
  ns.s('FLN bob@hotmail.com').c('PNG').s('QNG').c('OUT').end();

  // Alice comes back in the night, hidden, with a contact list that has changed.
  const late = signIn(cap.at('23:05:00'), '10.0.0.9', 'alice@hotmail.com', 'Alice');
  lists(late, 19);
  late.c('CHG 9 HDN').s('CHG 9 HDN', 'ILN 9 AWY carol@hotmail.com Carol');
  cap.at('23:06:00');
  late.c('OUT').end();
  cap.write(path);
}

/** Imports the evening into a store of its own and opens the page over it. */
export async function startEvening(lab: Lab): Promise<Running> {
  const file = join(lab.dir, 'evening.pcap');
  evening(file);
  const store = join(lab.dir, 'evening');
  lab.run('import', '--store', store, file);
  return lab.start('web', '--web', '127.0.0.1:0', '--store', store);
}
