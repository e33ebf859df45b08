"""Answers by reply mail: read the mailbox, understand each mail, record what it says, exactly once."""
