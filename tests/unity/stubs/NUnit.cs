// The part of NUnit that the package's own tests use, and a runner in the place of Unity's.
using System;
using System.Reflection;

namespace NUnit.Framework
{
    public sealed class TestAttribute : Attribute { }

    public static class Assert
    {
        public static void AreEqual(object wanted, object got) { Hold(Equals(wanted, got), "wanted " + wanted + ", got " + got); }
        public static void IsTrue(bool condition) { Hold(condition, "not true"); }
        public static void IsFalse(bool condition) { Hold(!condition, "not false"); }
        public static void IsNull(object what) { Hold(what == null, "not null"); }
        public static void IsNotEmpty(string text) { Hold(!string.IsNullOrEmpty(text), "empty"); }

        public static T Throws<T>(Action code) where T : Exception
        {
            try
            {
                code();
            }
            catch (T fault)
            {
                return fault;
            }
            throw new Exception("no " + typeof(T).Name);
        }

        internal static void Hold(bool condition, string why)
        {
            if (!condition)
            {
                throw new Exception(why);
            }
        }
    }

    public static class StringAssert
    {
        public static void Contains(string expected, string actual) { Assert.Hold(actual.Contains(expected), actual); }
    }

    internal static class Runner
    {
        private static void Main()
        {
            foreach (Type type in Assembly.GetExecutingAssembly().GetExportedTypes())
            {
                foreach (MethodInfo method in type.GetMethods())
                {
                    if (method.IsDefined(typeof(TestAttribute), false))
                    {
                        method.Invoke(Activator.CreateInstance(type), null);
                        Console.WriteLine(method.Name);
                    }
                }
            }
        }
    }
}
