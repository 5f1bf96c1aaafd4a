//! Messages of the stand-in protocol between terminal and centre, and the text that a card signs.
