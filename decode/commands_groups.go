// This file holds the part of the command table about the groups into which the
// user sorts contacts. They came with MSNP7.

package decode

var groupsCommands = []Spec{
	{
		Name: "LSG", Dir: C2S, Roles: []Role{RoleNS}, Since: 7, TrID: TrIDRequired,
		Title:   "the client asks for the groups",
		Explain: "The client wants the list of the user's groups again.",
		Replies: []string{"LSG"},
		Example: "LSG 11",
	},
	{
		Name: "LSG", Dir: S2C, Roles: []Role{RoleNS}, Since: 7, Until: 7, TrID: TrIDRequired,
		Title:   "a group of contacts",
		Explain: "The server sends one line for each group, in answer to LSG or SYN. Group 0 always exists and holds the contacts that are in no other.",
		Notes:   "A single group named ~ says that the user has no groups yet; the client then creates the usual ones.",
		Params: []ParamSpec{
			{Name: "listVersion", Type: TypeInt, Meaning: "version of the lists"},
			{Name: "index", Type: TypeInt, Meaning: "number of this line, from 1"},
			{Name: "total", Type: TypeInt, Meaning: "number of groups"},
			{Name: "groupId", Type: TypeInt, Meaning: "id of the group, 0 to 29"},
			{Name: "name", Type: TypeNick, Meaning: "name of the group"},
			{Name: "zero", Type: TypeInt, Meaning: "always 0; what it says is not known"},
		},
		Example: "LSG 8 9 1 2 0 Other%20Contacts 0",
	},
	{
		Name: "LSG", Dir: S2C, Roles: []Role{RoleNS}, Since: 8, Variant: "msnp8-syn", TrID: TrIDNone,
		Title:   "a group of contacts",
		Explain: "From MSNP8 on the lines that answer SYN have neither transaction id nor list version.",
		Params: []ParamSpec{
			{Name: "groupId", Type: TypeWord, Meaning: "id of the group"},
			{Name: "name", Type: TypeNick, Meaning: "name of the group"},
			{Name: "zero", Type: TypeInt, Optional: true, Meaning: "always 0; what it says is not known"},
		},
		Example: "LSG 0 Other%20Contacts 0",
	},
	{
		Name: "LSG", Dir: S2C, Roles: []Role{RoleNS}, Since: 10, Until: 12, Variant: "msnp10-syn", TrID: TrIDNone,
		Title:   "a group of contacts",
		Explain: "From MSNP10 on the name of a group comes first, and its id is a GUID.",
		Params: []ParamSpec{
			{Name: "name", Type: TypeNick, Meaning: "name of the group"},
			{Name: "groupId", Type: TypeGUID, Meaning: "GUID of the group"},
		},
		Example: "LSG Friends d6deeacd-7849-4de4-93c5-d130915d0042",
	},
	{
		Name: "ADG", Dir: C2S, Roles: []Role{RoleNS}, Since: 7, TrID: TrIDRequired,
		Title:   "the user creates a group",
		Explain: "The server picks the new group's id. A user has 30 groups at most; error 223 refuses more.",
		Params: []ParamSpec{
			{Name: "name", Type: TypeNick, Meaning: "name of the group, at most 61 bytes as written"},
			{Name: "zero", Type: TypeInt, Optional: true, Meaning: "always 0; what it says is not known"},
		},
		Replies: []string{"ADG"},
		Example: "ADG 10 New%20Group%201 0",
	},
	{
		Name: "ADG", Dir: S2C, Roles: []Role{RoleNS}, Since: 7, TrID: TrIDRequired,
		Title:   "the group is created",
		Explain: "The server confirms the new group and tells its id.",
		Notes:   "Documents disagree whether name or id comes first; real programs write the name first.",
		Params: []ParamSpec{
			{Name: "listVersion", Type: TypeInt, Meaning: "version of the lists after the change"},
			{Name: "name", Type: TypeNick, Meaning: "name of the group"},
			{Name: "groupId", Type: TypeInt, Meaning: "id of the new group"},
			{Name: "zero", Type: TypeInt, Optional: true, Meaning: "always 0; what it says is not known"},
		},
		Example: "ADG 10 10 New%20Group%201 2 0",
	},
	{
		Name: "REG", Dir: C2S, Roles: []Role{RoleNS}, Since: 7, TrID: TrIDRequired,
		Title:   "the user renames a group",
		Explain: "The contacts in the group stay there.",
		Params: []ParamSpec{
			{Name: "groupId", Type: TypeWord, Meaning: "id of the group"},
			{Name: "name", Type: TypeNick, Meaning: "new name"},
			{Name: "zero", Type: TypeInt, Optional: true, Meaning: "always 0; what it says is not known"},
		},
		Replies: []string{"REG"},
		Example: "REG 11 2 Cool%20People 0",
	},
	{
		Name: "REG", Dir: S2C, Roles: []Role{RoleNS}, Since: 7, TrID: TrIDRequired,
		Title:   "the group is renamed",
		Explain: "The server confirms the new name.",
		Notes:   "One published example leaves out the id.",
		Params: []ParamSpec{
			{Name: "listVersion", Type: TypeInt, Meaning: "version of the lists after the change"},
			{Name: "groupId", Type: TypeInt, Meaning: "id of the group"},
			{Name: "name", Type: TypeNick, Meaning: "new name"},
			{Name: "zero", Type: TypeInt, Optional: true, Meaning: "always 0; what it says is not known"},
		},
		Example: "REG 25 12066 15 New%20Name 0",
	},
	{
		Name: "RMG", Dir: C2S, Roles: []Role{RoleNS}, Since: 7, TrID: TrIDRequired,
		Title:   "the user removes a group",
		Explain: "Contacts who are in no other group leave the forward list with it. Error 230 says that group 0 cannot be removed.",
		Params: []ParamSpec{
			{Name: "groupId", Type: TypeWord, Meaning: "id of the group; from MSNP10 on a GUID"},
		},
		Replies: []string{"RMG"},
		Example: "RMG 14 2",
	},
	{
		Name: "RMG", Dir: S2C, Roles: []Role{RoleNS}, Since: 7, TrID: TrIDRequired,
		Title:   "the group is removed",
		Explain: "The server confirms that the group is gone.",
		Params: []ParamSpec{
			{Name: "listVersion", Type: TypeInt, Meaning: "version of the lists after the change"},
			{Name: "groupId", Type: TypeWord, Meaning: "id of the group"},
		},
		Example: "RMG 14 14 2",
	},
}
