// This file holds the streams that the framing is tested with and what they are
// cut into; they are the seeds of its fuzz test too.

package decode

type framingCase struct {
	name    string
	dir     Direction
	dialect Dialect
	mid     bool
	stream  string
	want    []piece
}

func cmds(lines ...string) (out []piece) {
	for _, l := range lines {
		out = append(out, piece{"cmd", l})
	}
	return out
}

var framingCases = []framingCase{
	{
		name:   "lines",
		stream: "VER 1 MSNP7 CVR0\r\nINF 2\r\nOUT\r\n",
		want:   cmds("VER 1 MSNP7 CVR0", "INF 2", "OUT"),
	},
	{
		name:   "line feed only and trailing blanks",
		stream: "OUT\nINF 2 \r\nMSG 13 U 4\nbodyMSG  14\tA 2 \t\r\nhi",
		want:   cmds("OUT~", "INF 2 ", "MSG 13 U 4~|body", "MSG  14\tA 2 \t|hi"),
	},
	{
		name:   "a lone carriage return is no line end",
		stream: "MSG 1 U 1\rX\r\nPNG\r\n",
		want:   cmds("MSG 1 U 1\rX", "PNG"),
	},
	{
		name:   "empty lines between commands",
		stream: "MSG 1 U 2\r\nhi\r\nPNG\r\n\n \t\r\nPNG\r\n",
		want: []piece{
			{"cmd", "MSG 1 U 2|hi"}, {WhyEmptyLine, "\r\n"},
			{"cmd", "PNG"}, {WhyEmptyLine, "\n"},
			{WhyEmptyLine, " \t\r\n"}, {"cmd", "PNG"},
		},
	},
	{
		name:   "a payload may hold anything",
		stream: "MSG 1 U 20\r\nXFR 3 NS 1.2.3.4:5\r\nPNG\r\n",
		want:   cmds("MSG 1 U 20|XFR 3 NS 1.2.3.4:5\r\n", "PNG"),
	},
	{
		name:   "empty payload",
		stream: "MSG 1 U 0\r\nSDC 2 a@b 0x0409 MSMSGS MSMSGS X X Al 0\r\nPNG\r\n",
		want:   cmds("MSG 1 U 0", "SDC 2 a@b 0x0409 MSMSGS MSMSGS X X Al 0", "PNG"),
	},
	{
		name:   "QRY has a payload from the client",
		stream: "QRY 10 msmsgs@msnmsgr.com 32 \r\n8f2f5a91b72102cd28355e9fc9000d6eCHG 3 NLN\r\n",
		want:   cmds("QRY 10 msmsgs@msnmsgr.com 32 |8f2f5a91b72102cd28355e9fc9000d6e", "CHG 3 NLN"),
	},
	{
		name: "and none from the server", dir: S2C,
		stream: "QRY 10\r\nQNG 45\r\nCHL 0 15570131571988941333\r\n",
		want:   cmds("QRY 10", "QNG 45", "CHL 0 15570131571988941333"),
	},
	{
		name:   "PAG and SDC",
		stream: "PAG 24 b@c 3\r\nabcSDC 2 a@b 0x0409 MSMSGS MSMSGS X X Al 2\r\nhiPNG\r\n",
		want:   cmds("PAG 24 b@c 3|abc", "SDC 2 a@b 0x0409 MSMSGS MSMSGS X X Al 2|hi", "PNG"),
	},
	{
		name: "server payloads", dir: S2C,
		stream: "MSG Hotmail Hotmail 3\r\nabcNOT 2\r\nxyIPG 1\r\nzMSG b@c  2\r\nhiQNG\r\n",
		want:   cmds("MSG Hotmail Hotmail 3|abc", "NOT 2|xy", "IPG 1|z", "MSG b@c  2|hi", "QNG"),
	},
	{
		name: "numbers at the end are no lengths", dir: S2C,
		stream: "LSG 8 9 1 1 0 Friends 0\r\nSYN 8 9\r\nLST 8 BL 9 0 0\r\nUSR 4 OK a@b A 1\r\n911 11\r\nXYZ 1 2 3\r\n",
		want:   cmds("LSG 8 9 1 1 0 Friends 0", "SYN 8 9", "LST 8 BL 9 0 0", "USR 4 OK a@b A 1", "911 11", "XYZ 1 2 3"),
	},
	{
		name: "error payload under MSNP7", dir: S2C, dialect: 7,
		stream: "241 8 5\r\nhello\r\n",
		want:   []piece{{"cmd", "241 8 5"}, {WhyNoCommand, "hello\r\n"}},
	},
	{
		name: "error payload under MSNP13", dir: S2C, dialect: 13,
		stream: "241 8 5\r\nhello911 It's over 5\r\n911\r\n216 5\r\n",
		want:   cmds("241 8 5|hello", "911 It's over 5", "911", "216 5"),
	},
	{
		name: "commands of later dialects", dir: S2C, dialect: 13,
		stream: "UBX a@b 1 2\r\nhiADL 8 OK\r\nADL 0 3\r\nabcGCF 0 2\r\nxxUBN a@b 3 1\r\nzUUX 9 0\r\nSBS 0 null\r\n",
		want:   cmds("UBX a@b 1 2|hi", "ADL 8 OK", "ADL 0 3|abc", "GCF 0 2|xx", "UBN a@b 3 1|z", "UUX 9 0", "SBS 0 null"),
	},
	{
		name: "MSNP18", dir: S2C, dialect: 18,
		stream: "NFY PUT 2\r\nabPUT 13 OK 1\r\ncDEL 14 OK 0\r\nSDG 0 1\r\ndUBM a@b 32 c@d 1 1 2\r\nhiFQY 10 1\r\nz",
		want:   cmds("NFY PUT 2|ab", "PUT 13 OK 1|c", "DEL 14 OK 0", "SDG 0 1|d", "UBM a@b 32 c@d 1 1 2|hi", "FQY 10 1|z"),
	},
	{
		name: "MSNP18 client", dialect: 18,
		stream: "UUX 9 2\r\nabUUN 11 a@b 3 1\r\ncGCF 6 Shields.xml\r\nPUT 13 1\r\ndUUM 12 a@b 32 1 1\r\nePNG\r\n",
		want:   cmds("UUX 9 2|ab", "UUN 11 a@b 3 1|c", "GCF 6 Shields.xml", "PUT 13 1|d", "UUM 12 a@b 32 1 1|e", "PNG"),
	},
	{
		name: "a length that is no number is none", dir: S2C, dialect: 18,
		stream: "UBX a@b 1 x5\r\nADL 0 -3\r\nGCF 0 3.0\r\nNFY PUT 0x10\r\n241 8 five\r\nUBN a@b 1 99999999999999999999999\r\nQNG 5\r\n",
		want: append(append(cmds("UBX a@b 1 x5", "ADL 0 -3", "GCF 0 3.0", "NFY PUT 0x10", "241 8 five"),
			piece{WhyPayloadLimit, "UBN a@b 1 99999999999999999999999\r\n"}), cmds("QNG 5")...),
	},
	{
		name: "commands that nobody knows yet", dir: S2C, dialect: 21,
		stream: "ZZZ\r\nZZZ 1 2 3\r\nQQQ 4 {5d3e02ab-6190-11d3-bbbb-00c04f795683} OK\r\n999 4 text\r\nQNG 5\r\n",
		want:   cmds("ZZZ", "ZZZ 1 2 3", "QQQ 4 {5d3e02ab-6190-11d3-bbbb-00c04f795683} OK", "999 4 text", "QNG 5"),
	},
	{
		name: "the same command has a payload in one direction only", dialect: 18,
		stream: "GCF 6 Shields.xml 5\r\nUBX a@b 1 4\r\nNFY PUT 3\r\nADL 7 2\r\nabRML 8 1\r\ncPNG\r\n",
		want:   cmds("GCF 6 Shields.xml 5", "UBX a@b 1 4", "NFY PUT 3", "ADL 7 2|ab", "RML 8 1|c", "PNG"),
	},
	{
		name: "later commands while the dialect is unknown", dir: S2C,
		stream: "UBX a@b 2\r\nhiNLN NLN a@b A\r\n",
		want:   cmds("UBX a@b 2|hi", "NLN NLN a@b A"),
	},
	{
		name: "and under MSNP7 they are unknown commands", dir: S2C, dialect: 7,
		stream: "UBX a@b 2\r\nNLN NLN a@b A\r\n",
		want:   cmds("UBX a@b 2", "NLN NLN a@b A"),
	},
	{
		name:   "unknown commands have no payload",
		stream: "BYE 12\r\nZZZ 1 2 30\r\nMSG 5\r\nMSG 5 U\r\nMSG U 4\r\nPNG\r\n",
		want:   cmds("BYE 12", "ZZZ 1 2 30", "MSG 5", "MSG 5 U", "MSG U 4", "PNG"),
	},
	{
		name:   "lower case is an oddity without payload",
		stream: "ver 1 MSNP7\r\nmsg 1 U 2\r\nPNG\r\n",
		want:   cmds("ver 1 MSNP7", "msg 1 U 2", "PNG"),
	},
	{
		name:   "no command",
		stream: "hello there\r\nPNG\r\nVERY\r\nPNG\r\n12 3\r\nPNG\r\nA1B\r\nPNG\r\nand so on\r\nPNG\r\n PNG\r\nPNG\r\n",
		want: []piece{
			{WhyNoCommand, "hello there\r\n"},
			{"cmd", "PNG"},
			{WhyNoCommand, "VERY\r\n"},
			{"cmd", "PNG"},
			{WhyNoCommand, "12 3\r\n"},
			{"cmd", "PNG"},
			{WhyNoCommand, "A1B\r\n"},
			{"cmd", "PNG"},
			{WhyNoCommand, "and so on\r\n"},
			{"cmd", "PNG"},
			{WhyNoCommand, " PNG\r\n"},
			{"cmd", "PNG"},
		},
	},
	{
		name:   "several lines of garbage",
		stream: "CHG 1 NLN\r\ngarbage one\r\nmore of it\r\nFOO 1\r\nPNG\r\nFOO 1\r\n",
		want: []piece{
			{"cmd", "CHG 1 NLN"},
			{WhyNoCommand, "garbage one\r\n"},
			{WhyLost, "more of it\r\n"},
			{WhyLost, "FOO 1\r\n"},
			{"cmd", "PNG"},
			{"cmd", "FOO 1"},
		},
	},
	{
		name:   "length counted in characters: the rest is glued to the next command",
		stream: "MSG 4 N 6\r\nGrüße!MSG 5 N 2\r\nhiPNG\r\n",
		want: []piece{
			{"cmd", "MSG 4 N 6|Grüß"},
			{WhyNoCommand, "e!"},
			{"cmd", "MSG 5 N 2|hi"},
			{"cmd", "PNG"},
		},
	},
	{
		name:   "length counted in characters: the rest has lines of its own",
		stream: "MSG 4 N 6\r\nGrüße!\r\nzwei\r\nXYMSG 5 N 2\r\nhi",
		want: []piece{
			{"cmd", "MSG 4 N 6|Grüß"},
			{WhyNoCommand, "e!\r\n"},
			{WhyLost, "zwei\r\n"},
			{WhyLost, "XY"},
			{"cmd", "MSG 5 N 2|hi"},
		},
	},
	{
		name:   "garbage is split only where the command is beyond doubt",
		stream: "xyMSG 5 N\r\nshe went OUT\r\nxx OUT\r\nxxMSG 5 X 3\r\nPNG\r\n",
		want: []piece{
			{WhyNoCommand, "xyMSG 5 N\r\n"},
			{WhyLost, "she went OUT\r\n"},
			{WhyLost, "xx OUT\r\n"},
			{WhyLost, "xxMSG 5 X 3\r\n"},
			{"cmd", "PNG"},
		},
	},
	{
		name: "middle of a stream", dir: S2C, mid: true,
		stream: "n/plain\r\n\r\nhello thereMSG b@c Bob 2\r\nhiNLN NLN a@b A\r\n",
		want: []piece{
			{WhyMidStream, "n/plain\r\n"}, {WhyMidStream, "\r\n"}, {WhyMidStream, "hello there"},
			{"cmd", "MSG b@c Bob 2|hi"}, {"cmd", "NLN NLN a@b A"},
		},
	},
	{
		name: "middle of a stream that begins with a command", dir: S2C, mid: true,
		stream: "216 5\r\nXYZ\r\n",
		want:   cmds("216 5", "XYZ"),
	},
	{
		name: "middle of a stream and nothing else", mid: true,
		stream: "nothing here",
		want:   []piece{{WhyMidStream, "nothing here"}},
	},
	{
		name:   "gap inside a payload",
		stream: "MSG 1 U 10\r\nabc<gap 4>hijPNG\r\n",
		want:   []piece{{WhyCutByGap + "+", "MSG 1 U 10\r\nabc"}, {WhyAfterGap + "+", "hij"}, {"cmd", "PNG"}},
	},
	{
		name:   "gap up to the end of a payload",
		stream: "MSG 1 U 10\r\nabc<gap 7>XYZ\r\n",
		want:   []piece{{WhyCutByGap + "+", "MSG 1 U 10\r\nabc"}, {"cmd", "XYZ"}},
	},
	{
		name:   "two gaps inside a payload",
		stream: "MSG 1 U 10\r\nabc<gap 2>f<gap 2>ijXYZ\r\n",
		want: []piece{
			{WhyCutByGap + "+", "MSG 1 U 10\r\nabc"}, {WhyAfterGap + "+", "f"},
			{WhyAfterGap + "+", "ij"}, {"cmd", "XYZ"},
		},
	},
	{
		name:   "gap beyond a payload",
		stream: "MSG 1 U 10\r\nabc<gap 8>ello\r\nPNG\r\nXYZ\r\n",
		want: []piece{
			{WhyCutByGap + "+", "MSG 1 U 10\r\nabc"}, {WhyAfterGap + "+", "ello\r\n"},
			{"cmd", "PNG"}, {"cmd", "XYZ"},
		},
	},
	{
		name:   "gap of unknown length",
		stream: "MSG 1 U 10\r\nabc<gap>defCHG 1 NLN\r\n",
		want:   []piece{{WhyCutByGap + "+", "MSG 1 U 10\r\nabc"}, {WhyAfterGap + "+", "def"}, {"cmd", "CHG 1 NLN"}},
	},
	{
		name:   "gap inside a line and between commands",
		stream: "CHG 1<gap 3>LN\r\nPNG\r\n<gap 5>PNG\r\n",
		want:   []piece{{WhyCutByGap + "+", "CHG 1"}, {WhyAfterGap + "+", "LN\r\n"}, {"cmd", "PNG"}, {"cmd", "PNG"}},
	},
	{
		name:   "end inside a line",
		stream: "PNG\r\nOUT",
		want:   []piece{{"cmd", "PNG"}, {WhyCutByEnd + "+", "OUT"}},
	},
	{
		name:   "end inside a payload",
		stream: "MSG 1 U 10\r\nabc",
		want:   []piece{{WhyCutByEnd + "+", "MSG 1 U 10\r\nabc"}},
	},
	{
		name:   "end while lost",
		stream: "what is\r\nthis",
		want:   []piece{{WhyNoCommand, "what is\r\n"}, {WhyLost, "this"}},
	},
}
