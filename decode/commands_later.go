// This file holds the commands that came after MSNP7, as far as they are needed
// to read the sessions of later clients: their shape, not all of their content.

package decode

var laterCommands = []Spec{
	{
		Name: "ADC", Dir: C2S, Roles: []Role{RoleNS}, Since: 10, Until: 12, TrID: TrIDRequired,
		Title:   "the user adds a person to a list",
		Explain: "It replaces ADD. Letters say what a word is, and a GUID stands for the contact.",
		Params: []ParamSpec{
			{Name: "list", Type: TypeList, Values: listValues, Meaning: "list to add to"},
			{Name: "fields", Type: TypeText, Repeat: true, Meaning: "N= account, F= name, C= GUID of the contact, GUID of the group; some may be missing"},
		},
		Example: "ADC 16 FL N=passport@hotmail.com F=Display%20Name",
	},
	{
		Name: "ADC", Dir: S2C, Roles: []Role{RoleNS}, Since: 10, Until: 12, TrID: TrIDRequired,
		Title:   "a person is now on a list",
		Explain: "The server confirms what the user added. With transaction id 0 and list RL it tells that the person has made the user a contact.",
		Params: []ParamSpec{
			{Name: "list", Type: TypeList, Values: listValues, Meaning: "list the person is now on"},
			{Name: "fields", Type: TypeText, Repeat: true, Meaning: "N= account, F= name, C= GUID of the contact, GUID of the group; some may be missing"},
		},
		Example: "ADC 0 RL N=passport@hotmail.com F=passport@hotmail.com",
	},
	{
		Name: "SBP", Dir: C2S, Roles: []Role{RoleNS}, Since: 10, TrID: TrIDRequired,
		Title:   "the user sets a property of a contact",
		Explain: "It renames a contact in the user's lists, which REA did before, or sets another property.",
		Params: []ParamSpec{
			{Name: "guid", Type: TypeGUID, Meaning: "GUID of the contact"},
			{Name: "type", Type: TypeWord, Values: propertyValues, Meaning: "property to set"},
			{Name: "value", Type: TypeNick, Meaning: "new value"},
		},
		Example: "SBP 20 c1f9a363-4ee9-4a33-a434-b056a4c55b98 MFN New%20Name",
	},
	{
		Name: "SBP", Dir: S2C, Roles: []Role{RoleNS}, Since: 10, TrID: TrIDRequired,
		Title:   "the contact's property is set",
		Explain: "The server confirms the new value.",
		Params: []ParamSpec{
			{Name: "guid", Type: TypeGUID, Meaning: "GUID of the contact"},
			{Name: "type", Type: TypeWord, Values: propertyValues, Meaning: "which property it is"},
			{Name: "value", Type: TypeNick, Meaning: "its value"},
		},
		Example: "SBP 20 c1f9a363-4ee9-4a33-a434-b056a4c55b98 MFN New%20Name",
	},
	{
		Name: "PGD", Dir: C2S, Roles: []Role{RoleNS}, Since: 9, TrID: TrIDRequired, Payload: true,
		Title:   "the user sends a text to a phone",
		Explain: "It replaces PAG and can also reach a phone number that is no contact.",
		Params: []ParamSpec{
			{Name: "target", Type: TypeText, Meaning: "account of the contact, or tel: and a phone number"},
			{Name: "type", Type: TypeWord, Values: []Value{{"1", "to a mobile phone"}, {"2", "to a web watch"}}, Meaning: "kind of device"},
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "PGD 5 anotheruser@hotmail.com 1 25",
	},
	{
		Name: "UUX", Dir: C2S, Roles: []Role{RoleNS}, Since: 11, TrID: TrIDRequired, Payload: true,
		Title:   "the user publishes a personal message",
		Explain: "The payload is an XML document with the text shown beside the user's name, the music playing, and later data about each place where the user is signed in.",
		Params: []ParamSpec{
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "UUX 9 53",
	},
	{
		Name: "UUX", Dir: S2C, Roles: []Role{RoleNS}, Since: 11, TrID: TrIDRequired, Payload: true,
		Title:   "the personal message is published",
		Explain: "The server confirms the change.",
		Params: []ParamSpec{
			{Name: "zero", Type: TypeInt, Meaning: "length of the payload in bytes, always 0"},
		},
		Example: "UUX 9 0",
	},
	{
		Name: "UBX", Dir: S2C, Roles: []Role{RoleNS}, Since: 11, TrID: TrIDNone, Payload: true,
		Title:   "a contact's personal message",
		Explain: "The payload is the XML document that the contact published with UUX.",
		Params: []ParamSpec{
			{Name: "user", Type: TypeText, Meaning: "account of the contact; from MSNP18 on network id and account"},
			{Name: "network", Type: TypeWord, Optional: true, Since: 14, Meaning: "network id of the contact"},
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "UBX anotheruser@hotmail.com 53",
	},
	{
		Name: "GCF", Dir: C2S, Roles: []Role{RoleNS}, Since: 11, TrID: TrIDRequired,
		Title:   "the client asks for a configuration file",
		Explain: "The client wants the service's list of forbidden words and files, or other settings.",
		Params: []ParamSpec{
			{Name: "file", Type: TypeWord, Meaning: "name of the file"},
		},
		Example: "GCF 6 Shields.xml",
	},
	{
		Name: "GCF", Dir: S2C, Roles: []Role{RoleNS}, Since: 11, TrID: TrIDOptional, Payload: true,
		Title:   "a configuration file arrives",
		Explain: "The payload is the file, an XML document. From MSNP13 on the server sends it unasked, without a name.",
		Params: []ParamSpec{
			{Name: "file", Type: TypeWord, Optional: true, Meaning: "name of the file"},
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "GCF 6 Shields.xml 9",
	},
	{
		Name: "SBS", Dir: S2C, Roles: []Role{RoleNS}, Since: 11, TrID: TrIDRequired,
		Title:   "a fixed line after the sign-in",
		Explain: "The server sends it once after the sign-in. What it is for is not known; clients ignore it.",
		Params: []ParamSpec{
			{Name: "null", Type: TypeLiteral, Values: []Value{{"null", ""}}, Meaning: "always null"},
		},
		Example: "SBS 0 null",
	},
	{
		Name: "ADL", Dir: C2S, Roles: []Role{RoleNS}, Since: 13, TrID: TrIDRequired, Payload: true,
		Title:   "the client sends the contact lists to the server",
		Explain: "From MSNP13 on a web service keeps the lists. The payload, an XML document, tells the notification server who is on which list.",
		Params: []ParamSpec{
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "ADL 8 70",
	},
	{
		Name: "ADL", Dir: S2C, Roles: []Role{RoleNS}, Since: 13, TrID: TrIDRequired, Payload: true,
		Title:   "people are on a list",
		Explain: "OK confirms what the client sent. With transaction id 0 the payload names a person who has added the user.",
		Params: []ParamSpec{
			{Name: "okOrLength", Type: TypeWord, Values: okValues, Meaning: "OK, or the length of the payload in bytes"},
		},
		Example: "ADL 8 OK",
	},
	{
		Name: "RML", Dir: C2S, Roles: []Role{RoleNS}, Since: 13, TrID: TrIDRequired, Payload: true,
		Title:   "the client removes people from lists",
		Explain: "The payload, an XML document, names the people and the lists they leave.",
		Params: []ParamSpec{
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "RML 9 70",
	},
	{
		Name: "RML", Dir: S2C, Roles: []Role{RoleNS}, Since: 13, TrID: TrIDRequired, Payload: true,
		Title:   "people have left a list",
		Explain: "OK confirms what the client sent. With transaction id 0 the payload names a person who has removed the user.",
		Params: []ParamSpec{
			{Name: "okOrLength", Type: TypeWord, Values: okValues, Meaning: "OK, or the length of the payload in bytes"},
		},
		Example: "RML 9 OK",
	},
	{
		Name: "FQY", Dir: C2S, Roles: []Role{RoleNS}, Since: 14, TrID: TrIDRequired, Payload: true,
		Title:   "the client asks which network a person uses",
		Explain: "The payload, an XML document, names the person.",
		Params: []ParamSpec{
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "FQY 10 51",
	},
	{
		Name: "FQY", Dir: S2C, Roles: []Role{RoleNS}, Since: 14, TrID: TrIDRequired, Payload: true,
		Title:   "the server says which network a person uses",
		Explain: "The payload is the XML document of the question with the network filled in.",
		Params: []ParamSpec{
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "FQY 10 51",
	},
	{
		Name: "UUN", Dir: C2S, Roles: []Role{RoleNS}, Since: 13, TrID: TrIDRequired, Payload: true,
		Title:   "the client sends a notice to another client",
		Explain: "The notice travels through the notification servers, without a chat session. The type says what the payload is.",
		Params: []ParamSpec{
			{Name: "target", Type: TypeText, Meaning: "account to send to"},
			{Name: "type", Type: TypeInt, Meaning: "kind of notice"},
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "UUN 11 anotheruser@hotmail.com 3 4",
	},
	{
		Name: "UUN", Dir: S2C, Roles: []Role{RoleNS}, Since: 13, TrID: TrIDRequired,
		Title:   "the notice is accepted",
		Explain: "The server will pass the notice on.",
		Params: []ParamSpec{
			{Name: "ok", Type: TypeLiteral, Values: okValues, Meaning: "says that the request is accepted"},
		},
		Example: "UUN 11 OK",
	},
	{
		Name: "UBN", Dir: S2C, Roles: []Role{RoleNS}, Since: 13, TrID: TrIDNone, Payload: true,
		Title:   "a notice of another client arrives",
		Explain: "The payload is what the other client sent with UUN.",
		Params: []ParamSpec{
			{Name: "sender", Type: TypeText, Meaning: "account of the sender"},
			{Name: "type", Type: TypeInt, Meaning: "kind of notice"},
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "UBN anotheruser@hotmail.com 3 4",
	},
	{
		Name: "UUM", Dir: C2S, Roles: []Role{RoleNS}, Since: 14, TrID: TrIDRequired, Payload: true,
		Title:   "the user sends a message to another network",
		Explain: "People of other networks, such as Yahoo, have no switchboard: messages to them go through the notification server.",
		Params: []ParamSpec{
			{Name: "target", Type: TypeText, Meaning: "account to send to"},
			{Name: "network", Type: TypeInt, Meaning: "network id: 1 Messenger, 4 mobile phone, 32 Yahoo"},
			{Name: "type", Type: TypeInt, Meaning: "kind of message: 1 text, 2 typing notice, 3 nudge"},
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "UUM 12 user@yahoo.com 32 1 4",
	},
	{
		Name: "UBM", Dir: S2C, Roles: []Role{RoleNS}, Since: 14, TrID: TrIDNone, Payload: true,
		Title:   "a message from another network arrives",
		Explain: "The payload is like that of MSG.",
		Params: []ParamSpec{
			{Name: "sender", Type: TypeText, Meaning: "account of the sender"},
			{Name: "network", Type: TypeInt, Meaning: "network id of the sender: 1 Messenger, 4 mobile phone, 32 Yahoo"},
			{Name: "dest", Type: TypeText, Meaning: "the user's account"},
			{Name: "destNetwork", Type: TypeInt, Meaning: "network id of the user"},
			{Name: "type", Type: TypeInt, Meaning: "kind of message: 1 text, 2 typing notice, 3 nudge"},
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "UBM user@yahoo.com 32 example@hotmail.com 1 1 4",
	},
	{
		Name: "PUT", Dir: C2S, Roles: []Role{RoleNS}, Since: 18, TrID: TrIDRequired, Payload: true,
		Title:   "the client publishes presence or joins a circle",
		Explain: "The payload has headers like a mail and an XML document. Circles are chat groups that last.",
		Params: []ParamSpec{
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "PUT 13 4",
	},
	{
		Name: "PUT", Dir: S2C, Roles: []Role{RoleNS}, Since: 18, TrID: TrIDRequired, Payload: true,
		Title:   "the data is published",
		Explain: "The server confirms the PUT with the same transaction id.",
		Params: []ParamSpec{
			{Name: "ok", Type: TypeLiteral, Optional: true, Values: okValues, Meaning: "says that the request is accepted"},
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "PUT 13 OK 4",
	},
	{
		Name: "DEL", Dir: C2S, Roles: []Role{RoleNS}, Since: 18, TrID: TrIDRequired, Payload: true,
		Title:   "the client withdraws presence or leaves a circle",
		Explain: "It undoes a PUT. The payload has headers like a mail.",
		Params: []ParamSpec{
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "DEL 14 4",
	},
	{
		Name: "DEL", Dir: S2C, Roles: []Role{RoleNS}, Since: 18, TrID: TrIDRequired, Payload: true,
		Title:   "the data is withdrawn",
		Explain: "The server confirms the DEL with the same transaction id.",
		Params: []ParamSpec{
			{Name: "ok", Type: TypeLiteral, Optional: true, Values: okValues, Meaning: "says that the request is accepted"},
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "DEL 14 OK 4",
	},
	{
		Name: "NFY", Dir: S2C, Roles: []Role{RoleNS}, Since: 18, TrID: TrIDNone, Payload: true,
		Title:   "news of a contact's presence or of a circle",
		Explain: "The payload has headers like a mail, which say whom it is about, and an XML document.",
		Params: []ParamSpec{
			{Name: "op", Type: TypeEnum, Values: []Value{{"PUT", "new or changed"}, {"DEL", "gone"}}, Meaning: "what happened"},
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "NFY PUT 4",
	},
	{
		Name: "GET", Dir: C2S, Roles: []Role{RoleNS}, Since: 18, TrID: TrIDRequired, Payload: true,
		Title:   "the client asks for presence or for a circle",
		Explain: "The payload has headers like a mail, which say what is asked for.",
		Params: []ParamSpec{
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "GET 16 4",
	},
	{
		Name: "GET", Dir: S2C, Roles: []Role{RoleNS}, Since: 18, TrID: TrIDRequired, Payload: true,
		Title:   "what the client asked for",
		Explain: "The answer has the transaction id of the client's GET. The payload has headers like a mail and an XML document.",
		Params: []ParamSpec{
			{Name: "ok", Type: TypeLiteral, Optional: true, Values: okValues, Meaning: "says that the request is accepted"},
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "GET 16 OK 4",
	},
	{
		Name: "SDG", Dir: C2S, Roles: []Role{RoleNS}, Since: 18, TrID: TrIDRequired, Payload: true,
		Title:   "the user sends a message",
		Explain: "It replaces MSG: chats no longer need a switchboard. The payload has headers like a mail, which say whom it is for.",
		Params: []ParamSpec{
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "SDG 15 4",
	},
	{
		Name: "SDG", Dir: S2C, Roles: []Role{RoleNS}, Since: 18, TrID: TrIDRequired, Payload: true,
		Title:   "a message arrives",
		Explain: "The payload has headers like a mail, which say who sent it. The transaction id is 0.",
		Params: []ParamSpec{
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "SDG 0 4",
	},
}
