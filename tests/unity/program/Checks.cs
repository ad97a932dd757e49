using System;
using System.Collections.Generic;
using System.Reflection;

namespace NpcEngine.Tests
{
    /// <summary>A statement that does not hold.</summary>
    internal sealed class CheckFailed : Exception
    {
        public CheckFailed(string message) : base(message)
        {
        }
    }

    /// <summary>Runs every public static method of the test classes and prints `NAME ok` or `NAME failed: why`.</summary>
    internal static class Checks
    {
        private static readonly Type[] Classes =
        {
            typeof(SessionChecks), typeof(ZmtpChecks), typeof(FallbackChecks), typeof(InboxChecks),
            typeof(PackChecks),
        };

        public static int Run()
        {
            foreach (Type type in Classes)
            {
                foreach (MethodInfo method in type.GetMethods(BindingFlags.Public | BindingFlags.Static))
                {
                    Console.WriteLine(method.Name + " " + Verdict(method));
                }
            }
            return 0;
        }

        private static string Verdict(MethodInfo method)
        {
            try
            {
                method.Invoke(null, null);
                return "ok";
            }
            catch (TargetInvocationException fault)
            {
                return "failed: " + fault.InnerException.ToString().Replace('\n', ' ');
            }
        }

        public static void Equal<T>(T wanted, T got)
        {
            if (!EqualityComparer<T>.Default.Equals(wanted, got))
            {
                throw new CheckFailed("wanted " + wanted + ", got " + got);
            }
        }

        public static void True(bool holds)
        {
            Equal(true, holds);
        }

        public static T Throws<T>(Action action) where T : Exception
        {
            try
            {
                action();
            }
            catch (T error)
            {
                return error;
            }
            throw new CheckFailed("no " + typeof(T).Name);
        }
    }
}
