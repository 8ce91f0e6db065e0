// This file is a capture in which everything that people can choose is
// hostile: names, groups, messages, fonts, files, mails, invitations, lists.
import { Capture, fileBlocks, invitation, mime, spoken, withPayload } from './pcap';

/** What would come into being if a page took text for anything else. */
export const MARK = 'x-hostile';
const html = `<img id=${MARK} class=${MARK} src=//evil.example/x onerror=alert(1)>`;
const script = `<script id=${MARK}>alert(1)</script>`;
const svg = `<svg id=${MARK} onload=alert(1)>`;
const link = `<a id=${MARK} href="javascript:alert(1)">j</a> javascript:alert(1) http://evil.example/`;
const css = `"};</style><style id=${MARK}>*{display:none}</style>`;
const close = `'"-->]]></textarea></title></select></script>${html}`;
const template = '{{7*7}} ${7*7} {@html "x"} %s %n';
export const bidi = 'abc\u202Egpj.exe\u202C \u2066iso\u2069 \u200Fmark\u061C';
export const control = 'bell\u0007 esc\u001b[31mred nul\u0000 del\u007f c1\u0085 \ufeff\u2028\u2029';
export const zalgo = 'Z' + '\u0300\u0316\u0489\u035b'.repeat(200) + 'algo';
const broken = Buffer.from([0xff, 0xfe, 0xc0, 0xaf, 0xe2, 0x82, 0xed, 0xa0, 0x80, 0xf8, 0x88]);
const emoji = '👩‍👩‍👧‍👦'.repeat(40);

export const texts = [html, script, svg, link, css, close, template, bidi, control, zalgo, emoji];

/** As names are on the wire: blanks and what ends a word are escaped. */
const name = (text: string) => encodeURIComponent(text).replace(/%0A/g, '');
/** With the bytes as they are, where only blanks and line ends matter. */
const raw = (text: string) => text.replace(/[ \r\n]/g, '\u00a0');

const NS = '64.4.12.132:1863';
const SB = '64.4.13.201:1863';

export function hostile(path: string): void {
  const cap = new Capture();
  const me = `${raw(html)}@evil.example`;
  const ns = cap.connect('10.0.0.66', NS);
  ns.c(`VER 1 MSNP7 ${raw(script)}`)
    .s(`VER 1 MSNP7 ${raw(script)}`)
    .c('INF 2')
    .s(`INF 2 MD5 ${raw(html)}`);
  ns.c(`CVR 3 0x0409 ${raw(svg)} 4.10 i386 ${raw(html)} 5.0.0515 MSMSGS`).s(
    `CVR 3 4.6.0083 4.6.0083 1.0.0863 javascript:alert(1) ${raw(link)}`,
  );
  ns.c(`USR 4 MD5 I ${me}`)
    .s(`USR 4 MD5 S ${raw(html)}`)
    .c('USR 5 MD5 S 7f919fab309532df353c901430df36fa');
  ns.s(`USR 5 OK ${me} ${name(close + bidi)} 1`);
  ns.c('SYN 6 0').s(
    'SYN 6 9',
    'GTC 6 9 A',
    'BLP 6 9 AL',
    `PRP 6 9 PHH ${name(html)}`,
    `PRP 6 9 ${raw(html)} ${name(script)}`,
  );
  texts.forEach((t, i) => ns.s(`LSG 6 9 ${i + 1} ${texts.length} ${i} ${name(t)} 0`));
  for (const list of ['FL', 'AL', 'BL', 'RL']) {
    texts.forEach((t, i) =>
      ns.s(
        `LST 6 ${list} 9 ${i + 1} ${texts.length} ${i}${raw(i % 2 ? svg : 'x')}@evil.example ${name(t)}${list === 'FL' ? ` ${i}` : ''}`,
      ),
    );
  }
  ns.s(`LST 6 ${raw(html)} 9 1 1 a@evil.example a`, `BPR 9 a@evil.example ${raw(html)} ${name(script)}`);
  ns.c('CHG 7 NLN').s('CHG 7 NLN', `ILN 7 ${raw(html)} 0x@evil.example ${name(html)}`);
  texts.forEach((t, i) => ns.s(`NLN AWY ${i}x@evil.example ${name(t)}`));
  // Passport's profile, a mail, and messages of no known kind.
  const mail = {
    From: html,
    'From-Addr': script,
    Subject: close + bidi,
    'Message-URL': 'javascript:alert(1)',
    'Post-URL': link,
    'Dest-Folder': html,
    'Inbox-Unread': '<b>1</b>',
  };
  ns.s(
    withPayload(
      'MSG Hotmail Hotmail',
      mime('text/x-msmsgsinitialemailnotification; charset=UTF-8', '', mail),
    ),
  );
  ns.s(
    withPayload(
      'MSG Hotmail Hotmail',
      mime(
        'text/x-msmsgsemailnotification; charset=UTF-8',
        Object.entries(mail)
          .map(([k, v]) => `${k}: ${v}\r\n`)
          .join(''),
      ),
    ),
  );
  ns.s(
    withPayload(
      'MSG Hotmail Hotmail',
      mime('text/x-msmsgsprofile; charset=UTF-8', '', {
        nickname: html,
        MSPAuth: script,
        country: svg,
        [html]: html,
      }),
    ),
  );
  ns.s(
    withPayload(`MSG ${me} ${name(script)}`, mime('text/html', `<html><body>${html}${script}</body></html>`)),
  );
  ns.s(`${'NOT '.slice(0, 3)} ${Buffer.byteLength('<NOTIFICATION/>')}`.trim()).s(
    Buffer.from('<NOTIFICATION/>'),
  );
  ns.s(
    `URL 8 ${raw(link)} javascript:alert(1) 1`,
    `999 9 ${raw(html)}`,
    `911 10 ${raw(script)}`,
    `<B>BOLD</B> 11`,
  );
  ns.s(Buffer.concat([Buffer.from('NLN NLN y@evil.example '), broken, Buffer.from('\r\n')]));
  ns.s(`NLN NLN z@evil.example ${'%41'.repeat(350_000)}`); // a line of a megabyte
  ns.s(Buffer.from(`ADD 0 FL 10 w@evil.example ${name(html)}\u0000\u0007\r\n`));

  cap.at('20:05:00');
  ns.c('XFR 20 SB').s(`XFR 20 SB ${SB} CKI 17262740.1050826919.32308`);
  const sb = cap.connect('10.0.0.66', SB);
  sb.c(`USR 1 ${me} 17262740.1050826919.32308`).s(`USR 1 OK ${me} ${name(html)}`);
  sb.c('CAL 2 b@evil.example').s('CAL 2 RINGING 11752013', `JOI b@evil.example ${name(bidi + svg)}`);
  const from = `MSG b@evil.example ${name(bidi + svg)}`;
  for (const t of texts) {
    sb.s(withPayload(from, spoken(t)));
    sb.s(
      withPayload(
        from,
        spoken(
          'font',
          `FN=${name(t)}; EF=${t.replace(/[;\r\n]/g, '')}; CO=${t.replace(/[;\r\n]/g, '')}; CS=0; PF=22; RL=1`,
        ),
      ),
    );
    sb.c(withPayload('MSG 5 A', spoken(t, `FN=Arial;}body{display:none}; EF=BI; CO=zz; CS=0; PF=22`))).s(
      `NAK 5 ${raw(html)}`,
    );
  }
  sb.s(withPayload(from, spoken(broken)));
  sb.s(withPayload(from, spoken('word '.repeat(210_000) + html))); // a megabyte of words
  sb.s(withPayload(from, spoken('w'.repeat(1_048_000)))); // and one word of that
  sb.s(withPayload(from, mime('text/x-msmsgscontrol', '', { TypingUser: html })));
  sb.s(withPayload(from, mime(`text/${html}`, html, { [`X-${raw(html)}`]: script })));
  const file = {
    'Application-Name': 'File Transfer',
    'Application-GUID': '{5D3E02AB-6190-11d3-BBBB-00C04F795683}',
    'Invitation-Command': 'INVITE',
    Connectivity: 'N',
  };
  sb.s(
    withPayload(
      from,
      invitation({
        ...file,
        'Invitation-Cookie': 4711,
        'Application-File': `../../${bidi}${html}.exe`,
        'Application-FileSize': 9,
      }),
    ),
  );
  sb.s(
    withPayload(
      from,
      invitation({
        'Application-Name': html,
        'Application-GUID': script,
        'Invitation-Command': svg,
        'Invitation-Cookie': close,
        'Session-ID': link,
        [html]: html,
      }),
    ),
  );
  const accept = {
    'Invitation-Command': 'ACCEPT',
    'Invitation-Cookie': 4711,
    'Launch-Application': html,
    'Request-Data': script,
  };
  sb.c(withPayload('MSG 6 N', invitation(accept)));
  sb.s(
    withPayload(from, invitation({ ...accept, 'IP-Address': '10.0.0.77', Port: 6891, AuthCookie: 93301 })),
  );
  const ft = cap.connect('10.0.0.66', '10.0.0.77:6891');
  ft.c('VER MSNFTP')
    .s('VER MSNFTP')
    .c(`USR ${me} 93301`)
    .s('FIL 9')
    .c('TFR')
    .s(fileBlocks(Buffer.from('<b>file</b')));
  ft.c(`BYE ${raw(html)}`).end();
  sb.s(
    withPayload(
      from,
      invitation({ 'Invitation-Command': 'CANCEL', 'Invitation-Cookie': 4711, 'Cancel-Code': html }),
    ),
  );
  sb.s(`BYE b@evil.example ${raw(html)}`)
    .c('OUT')
    .end();
  ns.s(`OUT ${raw(html)}`).end();
  cap.write(path);
}
