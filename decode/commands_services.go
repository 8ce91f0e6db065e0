// This file holds the part of the command table about services beside chat:
// web pages, the member directory, invitations by mail, pages to mobile phones
// and alerts.

package decode

var servicesCommands = []Spec{
	{
		Name: "URL", Dir: C2S, Roles: []Role{RoleNS}, Since: 2, TrID: TrIDRequired,
		Title:   "the client asks for a web page of the service",
		Explain: "The client wants to open a page for the user, such as the mailbox, and asks where it is and how to sign in there.",
		Params: []ParamSpec{
			{Name: "service", Type: TypeWord, Values: serviceValues, Meaning: "page wanted"},
			{Name: "param", Type: TypeText, Optional: true, Meaning: "language of the page, or whom to write to"},
		},
		Replies: []string{"URL"},
		Example: "URL 7 CHAT 0x0409",
	},
	{
		Name: "URL", Dir: S2C, Roles: []Role{RoleNS}, Since: 2, TrID: TrIDRequired,
		Title:   "the server gives the address of a web page",
		Explain: "The client posts a form to the login address, which signs the user in and leads on to the page.",
		Params: []ParamSpec{
			{Name: "redirectUrl", Type: TypeURL, Meaning: "page wanted, often without its host"},
			{Name: "loginUrl", Type: TypeURL, Meaning: "where to post the login form"},
			{Name: "siteId", Type: TypeInt, Optional: true, Since: 3, Meaning: "number of the site in Passport"},
		},
		Example: "URL 1 /cgi-bin/HoTMaiL https://loginnet.passport.com/ppsecure/md5auth.srf?lc=1033 2",
	},
	{
		Name: "FND", Dir: C2S, Roles: []Role{RoleNS}, Since: 2, Until: 7, TrID: TrIDRequired,
		Title:   "the user searches the member directory",
		Explain: "The client looks for members by name and place. A * stands for anything.",
		Notes:   "The service answered with error 502 after it had switched the directory off. Some servers do not answer at all.",
		Params: []ParamSpec{
			{Name: "terms", Type: TypePair, Repeat: true, Meaning: "what to look for: fname, lname, city, state and country, in this order"},
		},
		Replies: []string{"FND"},
		Example: "FND 1 fname=Another lname=User city=* state=* country=US",
	},
	{
		Name: "FND", Dir: S2C, Roles: []Role{RoleNS}, Since: 2, Until: 7, TrID: TrIDRequired,
		Title:   "a member was found",
		Explain: "The server sends one line for each member found, without the account: the client can only invite by the number of the hit.",
		Params: []ParamSpec{
			{Name: "index", Type: TypeInt, Meaning: "number of the hit, from 1; 0 when nothing was found"},
			{Name: "total", Type: TypeInt, Meaning: "number of hits"},
			{Name: "fields", Type: TypePair, Optional: true, Repeat: true, Meaning: "name and place of the member"},
		},
		Example: "FND 1 1 2 fname=Another lname=User city=New%20York state=NY country=US",
	},
	{
		Name: "SND", Dir: C2S, Roles: []Role{RoleNS}, Since: 2, TrID: TrIDRequired,
		Title:   "the user invites someone to the service by mail",
		Explain: "The service sends a mail with its own text that tells how to get the program.",
		Params: []ParamSpec{
			{Name: "target", Type: TypeText, Meaning: "e-mail address, or number of a hit of FND"},
			{Name: "lcid", Type: TypeLCID, Optional: true, Since: 3, Meaning: "language of the mail, a Windows locale id"},
			{Name: "library", Type: TypeWord, Optional: true, Since: 3, Values: clientValues, Meaning: "name of the client program"},
			{Name: "clientId", Type: TypeWord, Optional: true, Since: 4, Meaning: "code base the client is built from"},
		},
		Replies: []string{"SND"},
		Example: "SND 10 anotheruser@hotmail.com 0x0409 MSMSGS MSMSGS",
	},
	{
		Name: "SND", Dir: S2C, Roles: []Role{RoleNS}, Since: 2, TrID: TrIDRequired,
		Title:   "the mail will be sent",
		Explain: "The service has accepted the request. Bad parameters bring error 503 and the end of the connection instead.",
		Params: []ParamSpec{
			{Name: "ok", Type: TypeLiteral, Values: okValues, Meaning: "says that the request is accepted"},
		},
		Example: "SND 10 OK",
	},
	{
		Name: "SDC", Dir: C2S, Roles: []Role{RoleNS}, Since: 5, TrID: TrIDRequired, Payload: true,
		Title:   "the user invites someone to the service by mail, with a text",
		Explain: "It is SND with a personal text, which is the payload.",
		Params: []ParamSpec{
			{Name: "target", Type: TypeText, Meaning: "e-mail address, or number of a hit of FND"},
			{Name: "lcid", Type: TypeLCID, Meaning: "language of the mail, a Windows locale id"},
			{Name: "library", Type: TypeWord, Values: clientValues, Meaning: "name of the client program"},
			{Name: "clientId", Type: TypeWord, Meaning: "code base the client is built from"},
			{Name: "x1", Type: TypeWord, Meaning: "always X"},
			{Name: "x2", Type: TypeWord, Meaning: "always X"},
			{Name: "nick", Type: TypeNick, Meaning: "friendly name of the user"},
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes, may be 0"},
		},
		Replies: []string{"SDC"},
		Example: "SDC 2 anotheruser@hotmail.com 0x0409 MSMSGS MSMSGS X X example%20name 37",
	},
	{
		Name: "SDC", Dir: S2C, Roles: []Role{RoleNS}, Since: 5, TrID: TrIDRequired,
		Title:   "the mail will be sent",
		Explain: "The service has accepted the request. Bad parameters bring error 503 and the end of the connection instead.",
		Params: []ParamSpec{
			{Name: "ok", Type: TypeLiteral, Values: okValues, Meaning: "says that the request is accepted"},
		},
		Example: "SDC 2 OK",
	},
	{
		Name: "IMS", Dir: C2S, Roles: []Role{RoleNS}, Since: 3, TrID: TrIDRequired,
		Title:   "the user allows or refuses instant messages",
		Explain: "Only MSN TV (WebTV) sets have this switch, for watching undisturbed.",
		Params: []ParamSpec{
			{Name: "mode", Type: TypeEnum, Values: switchValues, Meaning: "setting wanted"},
		},
		Replies: []string{"IMS"},
		Example: "IMS 10 OFF",
	},
	{
		Name: "IMS", Dir: S2C, Roles: []Role{RoleNS}, Since: 3, TrID: TrIDRequired,
		Title:   "the switch for instant messages is set",
		Explain: "The server confirms the setting.",
		Params: []ParamSpec{
			{Name: "zero", Type: TypeInt, Meaning: "always 0; what it says is not known"},
			{Name: "mode", Type: TypeEnum, Values: switchValues, Meaning: "setting now in force"},
		},
		Example: "IMS 10 0 OFF",
	},
	{
		Name: "PAG", Dir: C2S, Roles: []Role{RoleNS}, Since: 5, Until: 8, TrID: TrIDRequired, Payload: true,
		Title:   "the user sends a text to a contact's phone",
		Explain: "The payload is a small XML document with the text and perhaps a number to call back. There is no answer unless it fails.",
		Params: []ParamSpec{
			{Name: "email", Type: TypeHandle, Meaning: "account of the contact, who has a mobile device set up"},
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "PAG 1 anotheruser@hotmail.com 61",
	},
	{
		Name: "IPG", Dir: S2C, Roles: []Role{RoleNS}, Since: 6, TrID: TrIDNone, Payload: true,
		Title:   "a text from a phone arrives",
		Explain: "The payload is an XML document. It holds the answer of a contact's phone, or reports that a page which the user sent could not be delivered.",
		Params: []ParamSpec{
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "IPG 445",
	},
	{
		Name: "NOT", Dir: S2C, Roles: []Role{RoleNS}, Since: 5, TrID: TrIDNone, Payload: true,
		Title:   "an alert of a web service arrives",
		Explain: "The payload is an XML document with the text that the client shows in a corner of the screen, and the pages to open from there.",
		Notes:   "Not every document is well-formed XML.",
		Params: []ParamSpec{
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "NOT 335",
	},
}
